//! Logs of other systems: made up here, and real ones where they are at hand.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::{BufReader, Cursor, Read, Write},
    path::Path,
};

use daybook::import::{Format, Importer, Line, MAX_RECORD, latest, shift};
use daybook_model::{ActorType, Entry, Event, Operation, Outcome, Timestamp};
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};

use Operation as O;

fn lines(format: Format, bytes: &[u8]) -> Vec<Line> {
    // A small buffer, so that every record crosses its edge.
    let reader = BufReader::with_capacity(7, Cursor::new(bytes.to_vec()));
    Importer::new(format, reader).map(Result::unwrap).collect()
}

fn one(format: Format, record: &Value) -> Event {
    let mut lines = lines(format, record.to_string().as_bytes());
    assert_eq!(lines.len(), 1);
    lines.remove(0).result.unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn trail(name: &str, more: &Value) -> Value {
    let mut record = json!({
        "eventID": format!("id-{name}"), "eventTime": "2023-07-10T11:42:36Z",
        "eventSource": "iam.amazonaws.com", "eventName": name, "awsRegion": "eu-west-1",
        "recipientAccountId": "123456789012", "userAgent": "aws-cli/2.1", "sourceIPAddress": "1.2.3.4",
        "userIdentity": { "type": "IAMUser", "principalId": "AIDA1", "userName": "maya" },
        "requestParameters": null, "responseElements": null,
    });
    record.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    record
}

#[test]
fn a_cloudtrail_record_becomes_an_event_and_nothing_is_lost() {
    let event = one(
        Format::CloudTrail,
        &trail(
            "AttachUserPolicy",
            &json!({
                "errorCode": "AccessDenied", "errorMessage": "no", "requestID": "r1", "tlsDetails": { "v": 1 },
                "requestParameters": { "userName": "tom", "policyArn": "arn:aws:iam::aws:policy/Admin" },
            }),
        ),
    );
    assert_eq!(event.id.as_deref(), Some("id-AttachUserPolicy"));
    assert_eq!(event.occurred_at.to_string(), "2023-07-10T11:42:36.000Z");
    assert_eq!(event.actor.key(), "user:AIDA1");
    assert_eq!(event.actor.name.as_deref(), Some("maya"));
    assert_eq!(
        (event.action.as_str(), event.source.as_deref()),
        ("iam:AttachUserPolicy", Some("cli"))
    );
    assert_eq!(event.operation, Some(Operation::PermissionsChanged));
    assert_eq!(
        (event.outcome, event.error.as_deref()),
        (Some(Outcome::Failure), Some("AccessDenied: no"))
    );
    assert_eq!(event.resource.unwrap().key(), "iam_user:tom");
    assert_eq!(event.application.unwrap().id, "iam");
    assert_eq!(event.cluster.unwrap().id, "123456789012/eu-west-1");
    assert_eq!(event.request.request_id.as_deref(), Some("r1"));
    assert_eq!(event.change, None);
    let context = event.context.unwrap();
    assert_eq!(context["request_parameters"]["policyArn"], "arn:aws:iam::aws:policy/Admin");
    assert_eq!(context["cloudtrail"]["tlsDetails"]["v"], 1);
    assert_eq!(context["cloudtrail"]["userIdentity"]["type"], "IAMUser");
}

#[test]
fn cloudtrail_names_say_what_was_done() {
    for (name, operation) in [
        ("GetUser", O::Read),
        ("DescribeInstances", O::Read),
        ("CreateUser", O::Create),
        ("RunInstances", O::Create),
        ("PutObject", O::Update),
        ("DeleteBucket", O::Delete),
        ("TerminateInstances", O::Delete),
        ("StartInstances", O::Start),
        ("StopInstances", O::Stop),
        ("RebootInstances", O::Restart),
        ("ConsoleLogin", O::Login),
        ("CreateAccessKey", O::TokenCreated),
        ("DeleteAccessKey", O::TokenRevoked),
        ("DetachRolePolicy", O::PermissionsChanged),
        ("PutUserPolicy", O::PermissionsChanged),
        ("AssumeRole", O::Execute),
        ("UploadSSHPublicKey", O::SshKeyAdded),
        ("MarvelAtThings", O::Other),
    ] {
        assert_eq!(
            one(Format::CloudTrail, &trail(name, &json!({}))).operation,
            Some(operation),
            "{name}"
        );
    }
    assert_eq!(
        one(Format::CloudTrail, &trail("Decrypt", &json!({ "readOnly": true }))).operation,
        Some(O::Read)
    );
    let login =
        trail("ConsoleLogin", &json!({ "responseElements": { "ConsoleLogin": "Failure" } }));
    let login = one(Format::CloudTrail, &login);
    assert_eq!(
        (login.outcome, login.source.as_deref()),
        (Some(Outcome::Failure), Some("dashboard"))
    );
    let service = json!({ "userIdentity": { "accountId": "1", "invokedBy": "ec2.amazonaws.com" }, "userAgent": "ec2" });
    let service = one(Format::CloudTrail, &trail("Decrypt", &service));
    assert_eq!(
        (service.actor.kind, service.actor.id.as_deref()),
        (ActorType::System, Some("ec2.amazonaws.com"))
    );
    assert_eq!(service.source.as_deref(), Some("service"));
}

#[test]
fn a_change_is_told_where_both_states_are_known() {
    let answer = json!({ "instancesSet": { "items": [{
        "instanceId": "i-1", "previousState": { "name": "running" }, "currentState": { "name": "stopping" },
    }] } });
    let event =
        one(Format::CloudTrail, &trail("StopInstances", &json!({ "responseElements": answer })));
    let change = event.change.unwrap();
    assert_eq!(change.before, json!({ "i-1": { "state": "running" } }));
    assert_eq!(change.after, json!({ "i-1": { "state": "stopping" } }));
}

fn audit(verb: &str, more: &Value) -> Value {
    let mut record = json!({
        "kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "Metadata", "auditID": "a1",
        "stage": "ResponseComplete", "requestReceivedTimestamp": "2023-01-27T18:28:08.129781Z", "verb": verb,
        "user": { "username": "maya@acme.dev", "uid": "u1", "groups": ["dev"] }, "sourceIPs": ["::1", "10.0.0.1"],
        "userAgent": "kubectl/v1.29", "requestURI": "/api/v1/namespaces/web/pods/p1",
        "objectRef": { "resource": "pods", "namespace": "web", "name": "p1", "apiVersion": "v1" },
        "responseStatus": { "code": 200 },
    });
    record.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    record
}

#[test]
fn a_kubernetes_record_becomes_an_event_and_nothing_is_lost() {
    let forbidden = json!({
        "responseStatus": { "code": 403, "reason": "Forbidden", "details": { "kind": "pods" } },
        "impersonatedUser": { "username": "bob" },
    });
    let event = one(Format::Kubernetes, &audit("delete", &forbidden));
    assert_eq!(event.id.as_deref(), Some("a1:ResponseComplete"));
    assert_eq!(event.occurred_at.to_string(), "2023-01-27T18:28:08.129Z");
    assert_eq!(event.actor.key(), "user:u1");
    assert_eq!(event.actor.email.as_deref(), Some("maya@acme.dev"));
    assert_eq!((event.action.as_str(), event.operation), ("pods.delete", Some(Operation::Delete)));
    assert_eq!(
        (event.outcome, event.error.as_deref()),
        (Some(Outcome::Failure), Some("Forbidden"))
    );
    assert_eq!(
        (event.request.method.as_deref(), event.request.status_code),
        (Some("DELETE"), Some(403))
    );
    assert_eq!(event.request.remote_ip.as_deref(), Some("::1"));
    assert_eq!(event.source.as_deref(), Some("cli"));
    assert_eq!(event.resource.unwrap().key(), "pods:web/p1");
    assert_eq!(event.application.unwrap().id, "web");
    assert_eq!(event.cluster, None);
    let context = event.context.unwrap();
    assert_eq!(context["impersonated_user"]["username"], "bob");
    assert_eq!(context["kubernetes"]["responseStatus"]["details"]["kind"], "pods");
    assert_eq!(context["kubernetes"]["user"]["groups"][0], "dev");
    assert_eq!(context["kubernetes"]["sourceIPs"][1], "10.0.0.1");
    assert_eq!(context["kubernetes"]["requestReceivedTimestamp"], "2023-01-27T18:28:08.129781Z");
}

#[test]
fn kubernetes_verbs_say_what_was_done() {
    let about = |resource: &str, sub: &str| json!({ "objectRef": { "resource": resource, "subresource": sub } });
    for (verb, resource, sub, operation, action) in [
        ("watch", "pods", "", O::Read, "pods.watch"),
        ("create", "pods", "exec", O::Execute, "pods/exec.create"),
        ("create", "pods", "", O::Create, "pods.create"),
        ("create", "serviceaccounts", "token", O::TokenCreated, "serviceaccounts/token.create"),
        ("create", "subjectaccessreviews", "", O::Read, "subjectaccessreviews.create"),
        ("patch", "clusterrolebindings", "", O::PermissionsChanged, "clusterrolebindings.patch"),
        ("list", "roles", "", O::Read, "roles.list"),
        ("deletecollection", "jobs", "", O::Delete, "jobs.deletecollection"),
    ] {
        let event = one(Format::Kubernetes, &audit(verb, &about(resource, sub)));
        assert_eq!((event.operation, event.action.as_str()), (Some(operation), action));
    }
    let answer = json!({ "responseObject": { "kind": "Pod", "spec": {} }, "responseStatus": { "code": 201 } });
    let created = one(Format::Kubernetes, &audit("create", &answer)).change.unwrap();
    assert_eq!((created.before, &created.after["kind"]), (Value::Null, &json!("Pod")));
    let updated = one(Format::Kubernetes, &audit("update", &answer));
    assert_eq!(updated.change, None);
    assert_eq!(updated.context.unwrap()["kubernetes"]["responseObject"]["kind"], "Pod");
}

const EVENT: &str = r#"{"id":"1","occurred_at":"2026-11-20T11:00:00.000Z","actor":{"type":"user"},"action":"UpdateApp","context":{"seq":1}}"#;

#[test]
fn an_exported_entry_comes_back() {
    let event: Event = serde_json::from_str(EVENT).unwrap();
    let now = event.occurred_at;
    let entry = Entry { seq: 7, received_at: now, event: event.clone(), omitted: Vec::new() };
    let lines = lines(Format::Native, serde_json::to_string(&entry).unwrap().as_bytes());
    assert_eq!(lines, [Line { number: 1, result: Ok(event) }]);
}

#[test]
fn one_bad_record_does_not_lose_the_others() {
    let long = format!(r#"{{"context":"{}"}}"#, "x".repeat(2 * MAX_RECORD));
    let twice = EVENT.replacen('{', r#"{"seq":1,"id":"0","#, 1);
    let part = EVENT.replacen('{', r#"{"seq":1,"omitted":["context"],"#, 1);
    let bad = [
        "nonsense",
        "[]",
        r#"{"action":"x"}"#,
        &EVENT.replace("2026", "1601"),
        &twice,
        &part,
        &long,
    ];
    let mut text = format!("\u{feff}{EVENT}\r\n\n");
    for bad in bad {
        text.push_str(bad);
        text.push('\n');
    }
    text.push_str(EVENT);
    let read = lines(Format::Native, text.as_bytes());
    let faults: Vec<_> = read
        .iter()
        .filter_map(|line| {
            line.result.as_ref().err().map(|f| (line.number, f.code.as_str(), f.field.as_str()))
        })
        .collect();
    assert_eq!(
        faults,
        [
            (3, "not_json", ""),
            (4, "invalid", ""),
            (5, "missing", "occurred_at"),
            (6, "invalid", "occurred_at"),
            (7, "duplicate_field", "id"),
            (8, "invalid", "omitted"),
            (9, "too_large", ""),
        ]
    );
    assert_eq!(
        read.iter().filter(|line| line.result.is_ok()).map(|l| l.number).collect::<Vec<_>>(),
        [1, 10]
    );
    let fault = &lines(Format::CloudTrail, b"{\"eventTime\":\"soon\"}")[0].result;
    assert_eq!(
        fault.as_ref().unwrap_err().to_string(),
        "eventTime \"soon\" is not an RFC 3339 time such as 2026-11-20T13:32:04.871Z"
    );
}

#[test]
fn files_of_records_and_compressed_ones_are_recognised() {
    let records = [trail("GetUser", &json!({ "x": "],}\\\"[" })), trail("ListUsers", &json!({}))];
    let file = serde_json::to_string_pretty(&json!({ "Records": records })).unwrap();
    let long = format!(
        r#"{{"Records":[{},{{"a":"{}"}},{}]}}"#,
        records[0],
        "x".repeat(MAX_RECORD),
        records[1]
    );
    let names = |bytes: &[u8]| -> Vec<String> {
        let read = lines(Format::CloudTrail, bytes);
        assert!(read.iter().map(|line| line.number).eq(1..=read.len() as u64));
        read.into_iter()
            .map(|line| line.result.map_or_else(|f| f.message, |event| event.action))
            .collect()
    };
    let both = ["iam:GetUser", "iam:ListUsers"];
    assert_eq!(names(file.as_bytes()), both);
    assert_eq!(names(&gzip(file.as_bytes())), both);
    assert_eq!(
        names(&[gzip(file.as_bytes()), gzip(file.as_bytes())].concat()),
        [both, both].concat()
    );
    assert_eq!(names(format!("{}\n{}", records[0], records[1]).as_bytes()), both);
    assert_eq!(names(json!(records).to_string().as_bytes()), both);
    assert_eq!(names(long.as_bytes()).len(), 3);
    assert!(names(b"{\"Records\": [ ] }\n").is_empty());
    assert!(names(b"").is_empty());
    let ends = |bytes: &[u8]| names(bytes).pop().unwrap();
    assert!(ends(&file.as_bytes()[..file.len() - 20]).contains("cut short"));
    assert!(ends(&file.as_bytes()[..file.len() - 1]).contains("last brace"));
    assert!(ends(format!("{file} x").as_bytes()).contains("something else"));
}

#[test]
fn what_cannot_be_read_is_an_error_and_the_end() {
    let whole = gzip(format!("{EVENT}\n").repeat(1000).as_bytes());
    let cut = Cursor::new(whole[..whole.len() / 2].to_vec());
    let read: Vec<_> = Importer::new(Format::Native, cut).collect();
    assert!(
        read.last()
            .unwrap()
            .as_ref()
            .unwrap_err()
            .to_string()
            .contains("reading stopped after record")
    );
    assert_eq!(read.iter().filter(|line| line.is_err()).count(), 1);
}

#[test]
fn a_set_is_moved_as_a_whole() {
    let text = format!("{EVENT}\n{}\nbad\n", EVENT.replace("20T11", "18T09"));
    let last = latest(Format::Native, Cursor::new(text.clone())).unwrap().unwrap();
    assert_eq!(last.to_string(), "2026-11-20T11:00:00.000Z");
    assert_eq!(latest(Format::Native, Cursor::new("")).unwrap(), None);
    let mut event = lines(Format::Native, text.as_bytes())[1].result.clone().unwrap();
    let now: Timestamp = "2027-01-01T00:00:00Z".parse().unwrap();
    shift(&mut event, now.millis() - last.millis());
    assert_eq!(event.occurred_at.to_string(), "2026-12-29T22:00:00.000Z");
}

/// Real logs, which are not part of the project.
const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data");

fn real(format: Format, name: &str, count: usize) -> Vec<Event> {
    let path = Path::new(DATA).join(name);
    let Ok(file) = File::open(&path) else {
        println!("skipped: {} is not there", path.display());
        return Vec::new();
    };
    let mut plain = Vec::new();
    BufReader::new(file).read_to_end(&mut plain).unwrap();
    let events: Vec<Event> = Importer::new(format, Cursor::new(plain.clone()))
        .map(|line| line.unwrap())
        .map(|line| line.result.unwrap_or_else(|fault| panic!("{name}:{}: {fault}", line.number)))
        .collect();
    assert_eq!(events.len(), count, "{name}");
    let ids: BTreeSet<_> = events.iter().map(|event| event.id.clone().unwrap()).collect();
    assert_eq!(ids.len(), count, "{name}");
    let again =
        Importer::new(format, Cursor::new(gzip(&plain))).map(|line| line.unwrap().result.unwrap());
    assert!(again.eq(events.iter().cloned()), "{name}");
    events
}

fn counts(events: &[Event], key: impl Fn(&Event) -> String) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for event in events {
        *counts.entry(key(event)).or_default() += 1;
    }
    counts
}

#[test]
fn real_cloudtrail_logs_import() {
    let events = real(Format::CloudTrail, "cloudtrail_invictus.ndjson", 2900);
    if !events.is_empty() {
        let kinds = counts(&events, |e| e.actor.kind.to_string());
        assert_eq!(kinds["system"], 76, "42 without a type and 34 services");
        assert_eq!(counts(&events, |e| e.outcome.unwrap().to_string())["failure"], 300);
        println!("{kinds:?} {:?}", counts(&events, |e| e.operation.unwrap().to_string()));
        println!("{:?}", counts(&events, |e| e.source.clone().unwrap()));
        println!("without a resource: {}", events.iter().filter(|e| e.resource.is_none()).count());
        for event in events.iter().filter(|e| e.operation == Some(Operation::Other)) {
            println!("other: {}", event.action);
        }
    }
    real(Format::CloudTrail, "cloudtrail_otrf.ndjson", 103);
}

#[test]
fn real_kubernetes_logs_import() {
    let events = real(Format::Kubernetes, "k8s_audit_hkerma.ndjson", 16_564);
    println!("{:?}", counts(&events, |e| e.operation.unwrap().to_string()));
    assert!(events.is_empty() || events.iter().filter(|e| e.outcome.is_none()).count() == 1);
    let events = real(Format::Kubernetes, "k8s_audit_audit2rbac.ndjson", 37);
    let impersonated =
        |e: &Event| e.context.as_ref().is_some_and(|c| c.get("impersonated_user").is_some());
    assert!(events.iter().all(impersonated));
}

#[test]
fn real_changes_import_as_they_are() {
    let events = real(Format::Native, "rust_team_changes.ndjson", 3995);
    assert!(events.iter().all(|event| event.change.is_some()));
}

/// Whatever byte of its footer is another one, reading ends, with an error or without.
#[test]
fn a_damaged_parquet_file_is_no_reason_to_panic() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/import");
    // The first byte says which format it is.
    let damaged = std::fs::read(corpus.join("parquet-damaged")).unwrap();
    let read = |bytes: &[u8]| Importer::new(Format::Parquet, Cursor::new(bytes.to_vec())).last();
    let error = read(&damaged[1..]).unwrap().unwrap_err();
    assert!(error.to_string().contains("the file is damaged"), "{error}");

    let whole = std::fs::read(corpus.join("parquet")).unwrap();
    for at in whole.len() - 600..whole.len() {
        for value in [0, 0x7f, 0xff] {
            let mut bytes = whole[1..].to_vec();
            bytes[at - 1] = value;
            read(&bytes);
        }
    }
}
