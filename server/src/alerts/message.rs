//! What is told, and how it is written for each way.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use daybook_model::{
    Timestamp,
    alert::{Firing, Group},
    paths,
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use super::veil;
use crate::{
    outbound::{Letter, escaped},
    privacy::Masks,
};

/// What secrets begin with, by Standard Webhooks.
const PREFIX: &str = "whsec_";

/// A secret to sign with.
pub(super) fn new_secret() -> String {
    let bytes: [u8; 32] = rand::random();
    format!("{PREFIX}{}", BASE64.encode(bytes))
}

/// The headers that say which message it is and who sent it, by Standard Webhooks.
pub(super) fn signed(
    secret: &str,
    message: &str,
    at: Timestamp,
    body: &str,
) -> [(&'static str, String); 3] {
    let seconds = at.millis().div_euclid(1_000).to_string();
    let encoded = secret.strip_prefix(PREFIX).unwrap_or(secret);
    let key = BASE64.decode(encoded).unwrap_or_else(|_| encoded.as_bytes().to_vec());
    let signature = Hmac::<Sha256>::new_from_slice(&key).map(|mut mac| {
        mac.update(format!("{message}.{seconds}.{body}").as_bytes());
        BASE64.encode(mac.finalize().into_bytes())
    });
    // A key of any length is one.
    let signature = format!("v1,{}", signature.unwrap_or_default());
    [
        ("webhook-id", message.to_owned()),
        ("webhook-timestamp", seconds),
        ("webhook-signature", signature),
    ]
}

/// What is told of a firing, as JSON.
pub(super) fn fired(project: &str, site: Option<&str>, firing: &Firing, now: Timestamp) -> String {
    let site = site.unwrap_or_default();
    let entries = format!("{site}{}?{}", paths::log(project), firing.query);
    let alert = format!("{site}{}", paths::firing_page(project, firing.id));
    let told = json!({
        "type": "alert.fired",
        "timestamp": now,
        "data": { "project": project, "alert": firing, "url": alert, "entries_url": entries },
    });
    told.to_string()
}

/// What is told to see whether it comes through.
pub(super) fn test(project: &str, site: Option<&str>, recipient: &str, now: Timestamp) -> String {
    let site = site.unwrap_or_default();
    let told = json!({
        "type": "alert.test",
        "timestamp": now,
        "data": {
            "project": project,
            "recipient": recipient,
            "url": format!("{site}{}", paths::alerts(project)),
        },
    });
    told.to_string()
}

/// What both a message and a mail say.
struct Words {
    title: String,
    lines: Vec<String>,
    link: String,
    link_text: &'static str,
}

impl Words {
    /// Those that somebody may read who sees masks.
    fn of(body: &str, masks: &Masks) -> Option<Self> {
        let told: Value = serde_json::from_str(body).ok()?;
        let data = &told["data"];
        let project = data["project"].as_str()?;
        if told["type"] == "alert.test" {
            let recipient = masks.text(data["recipient"].as_str().unwrap_or_default());
            return Some(Self {
                title: format!("{project} · A test of alerts"),
                lines: vec![format!("Alerts of {project} come through to {recipient}.")],
                link: data["url"].as_str()?.to_owned(),
                link_text: "Open the alerts",
            });
        }
        let mut firing: Firing = serde_json::from_value(data["alert"].clone()).ok()?;
        veil(masks, &mut firing);
        let log = data["entries_url"].as_str()?.split('?').next()?;
        let link = format!("{log}?{}", firing.query);
        let about = |group: &Group| format!("{}: {}", group.field.label(), group.label);
        let mut lines: Vec<_> = firing.group.iter().chain(&firing.value).map(about).collect();
        lines.push(match firing.count {
            0 => format!("Nothing since {}", moment(firing.from)),
            1 => format!("1 entry at {}", moment(firing.at)),
            count => format!(
                "{count} entries from {} to {}",
                moment(firing.from),
                moment(firing.last_at)
            ),
        });
        lines.push(firing.sentence);
        Some(Self {
            title: format!("{project} · {}: {}", firing.severity.label(), firing.name),
            lines,
            link,
            link_text: "Open the entries",
        })
    }
}

fn moment(at: Timestamp) -> String {
    at.to_utc().format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// As Slack takes it. What strangers wrote mentions nobody and leads nowhere.
pub(super) fn slack(body: &str) -> Option<String> {
    let words = Words::of(body, &Masks::NONE)?;
    let plain = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let lines: Vec<_> = words.lines.iter().map(|line| plain(line)).collect();
    let mut text = format!("{}\n{}", plain(&words.title), lines.join("\n"));
    // Without an address of its own, the server has no link to give.
    if words.link.starts_with("http") {
        let link = words.link.replace('|', "%7C").replace('>', "%3E");
        text = format!("{text}\n<{}|{}>", plain(&link), words.link_text);
    }
    Some(json!({ "text": text, "mrkdwn": false, "unfurl_links": false }).to_string())
}

/// As a mail to somebody who sees masks.
pub(super) fn letter(body: &str, masks: &Masks, id: String) -> Option<Letter> {
    let Words { title, lines, link, link_text } = Words::of(body, masks)?;
    let text = format!("{title}\n\n{}\n\n{link_text}: {link}\n", lines.join("\n"));
    let mut html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{0}</title></head>\
         <body style=\"font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;color:#1c1b18\">\
         <h1 style=\"font-size:18px;line-height:26px\">{0}</h1>",
        escaped(&title)
    );
    for line in &lines {
        html.push_str("<p style=\"margin:0 0 6px;font-size:14px;line-height:20px\">");
        html.push_str(&escaped(line));
        html.push_str("</p>");
    }
    html.push_str("<p style=\"margin:16px 0 0;font-size:14px\"><a href=\"");
    html.push_str(&escaped(&link));
    html.push_str("\" style=\"color:#2347b5\">");
    html.push_str(link_text);
    html.push_str("</a></p></body></html>");
    let subject: String = title.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    Some(Letter { subject, text, html, id })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification.
    #[test]
    fn a_message_is_signed_as_standard_webhooks_says() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let at = Timestamp::saturating(1_614_265_330_000);
        let headers = signed(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, r#"{"test": 2432232314}"#);
        assert_eq!(headers[1].1, "1614265330");
        assert_eq!(headers[2].1, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn what_strangers_wrote_mentions_nobody() {
        let body = json!({
            "type": "alert.test",
            "data": { "project": "acme", "recipient": "<!channel> & <https://evil.test|x>", "url": "https://d.acme.dev/" },
        });
        let slack = slack(&body.to_string()).expect("a message");
        assert!(slack.contains("&lt;!channel&gt; &amp; &lt;https://evil.test|x&gt;"), "{slack}");
        let letter = letter(&body.to_string(), &Masks::NONE, "id".into()).expect("a mail");
        assert!(letter.html.contains("&lt;!channel&gt;"), "{}", letter.html);
    }
}
