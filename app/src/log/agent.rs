//! What a User-Agent header says, in a few words: `Firefox 148, macOS` or `porter-cli 0.52.1`.

/// Browsers by the product they are known by. The first that is named counts: most name others too.
const BROWSERS: [(&str, &str); 10] = [
    ("Edg", "Edge"),
    ("EdgiOS", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Vivaldi", "Vivaldi"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("HeadlessChrome", "Headless Chrome"),
    ("Chrome", "Chrome"),
];

/// Systems by what is said of them. The first that is named counts.
const SYSTEMS: [(&str, &str); 10] = [
    ("Windows", "Windows"),
    ("iPhone", "iOS"),
    ("iPad", "iPadOS"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("macOS", "macOS"),
    ("darwin", "macOS"),
    ("FreeBSD", "FreeBSD"),
    ("linux", "Linux"),
];

/// The browser or the client, its version, and its system where that is said. `None` where the
/// header names nothing.
pub(crate) fn client(user_agent: &str) -> Option<String> {
    let name = if user_agent.starts_with("Mozilla/") {
        robot(user_agent).or_else(|| browser(user_agent))?
    } else {
        let (name, version) = products(user_agent).next()?;
        let version = version.strip_prefix('v').unwrap_or(version);
        format!("{name} {version}")
    };
    let folded = user_agent.to_ascii_lowercase();
    let system = SYSTEMS.iter().find(|(sign, _)| folded.contains(&sign.to_ascii_lowercase()));
    Some(match system {
        Some((_, system)) => format!("{name}, {system}"),
        None => name,
    })
}

fn browser(user_agent: &str) -> Option<String> {
    let version = |wanted: &str| products(user_agent).find(|(name, _)| *name == wanted);
    let found = BROWSERS.iter().find_map(|(sign, name)| Some((*name, version(sign)?.1)));
    // Safari says its version beside its name.
    let safari = || version("Safari").and(version("Version")).map(|(_, v)| ("Safari", v));
    let (name, version) = found.or_else(safari)?;
    // Browsers count whole numbers only.
    let major = version.split('.').next().unwrap_or(version);
    Some(format!("{name} {major}"))
}

/// What pretends to be a browser and says so: `(compatible; Googlebot/2.1; …)`.
fn robot(user_agent: &str) -> Option<String> {
    let (_, rest) = user_agent.split_once("compatible; ")?;
    let (name, version) = products(rest).next()?;
    rest.starts_with(name).then(|| format!("{name} {version}"))
}

/// The products with a version, in order.
fn products(user_agent: &str) -> impl Iterator<Item = (&str, &str)> {
    let words = user_agent.split([' ', ';', '(', ')', ',']);
    words.filter_map(|word| word.split_once('/')).filter(|(name, version)| {
        let version = version.strip_prefix('v').unwrap_or(version);
        !name.is_empty() && version.starts_with(|c: char| c.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::client;

    #[test]
    fn clients_are_known_by_their_header() {
        for (header, said) in [
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:148.0) Gecko/20100101 Firefox/148.0",
                "Firefox 148, macOS",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
                 Chrome/150.0.0.0 Safari/537.36 Edg/150.0.3",
                "Edge 150, Windows",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
                 Chrome/150.0.0.0 Safari/537.36",
                "Chrome 150, Linux",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 \
                 (KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1",
                "Safari 19, iOS",
            ),
            ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://example.org)", "Googlebot 2.1"),
            ("porter-cli/0.52.1", "porter-cli 0.52.1"),
            ("kubectl/v1.34.1 (linux/amd64) kubernetes/93248f9", "kubectl 1.34.1, Linux"),
            (
                "aws-cli/2.31.0 md/awscrt#0.27 ua/2.1 os/macos#25.1 lang/python#3.13",
                "aws-cli 2.31.0, macOS",
            ),
            ("Terraform/1.13.4 (+https://www.terraform.io)", "Terraform 1.13.4"),
            ("curl/8.16.0", "curl 8.16.0"),
        ] {
            assert_eq!(client(header).as_deref(), Some(said), "{header}");
        }
        for header in ["", "-", "Mozilla/5.0", "console.amazonaws.com", "a/b", "/1", "é/é"] {
            assert_eq!(client(header), None, "{header}");
        }
    }
}
