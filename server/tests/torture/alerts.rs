//! The server is killed while rules look at what arrives: each alert is there once, and is told.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    thread,
    time::{Duration, Instant},
};

use daybook::clock::Clock;
use rand::Rng as _;
use serde_json::{Value, json};

use crate::{
    client::Client,
    plan::Plan,
    process::{LONG, Server, token},
    receiver::Receiver,
};

/// After so many rounds another log is begun: a rule fires only so often.
const ROUNDS: usize = 30;

/// Two rules, and who is told.
struct Rules {
    booms: i64,
    attacks: i64,
}

fn make(admin: &Client, address: &str, receiver: &Receiver) -> Rules {
    let made = |path: &str, body: Value| {
        let (status, made) = admin.ask(address, "POST", path, &body).unwrap();
        assert_eq!(status, 201, "{made}");
        made
    };
    let channel = json!({"to": "webhook", "target": receiver.address});
    let made_recipient = made("alerts/recipients", json!({"name": "hook", "channel": channel}));
    let told = json!([made_recipient["recipient"]["id"]]);
    let rule = |name: &str, more: Value| {
        let mut rule = json!({"name": name, "severity": "high", "recipients": told});
        rule.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        made("alerts/rules", rule)["id"].as_i64().unwrap()
    };
    let three = json!({"kind": "count", "at_least": 3, "window": 600});
    Rules {
        booms: rule("Booms", json!({"filter": "action=Boom", "condition": {"kind": "any"}})),
        attacks: rule(
            "Attacks",
            json!({"filter": "action=Attack", "condition": three, "by": "actor", "quiet": 600}),
        ),
    }
}

fn event(id: &str, action: &str, actor: &str) -> Value {
    let now = Clock::System.now();
    json!({"id": id, "occurred_at": now, "action": action, "actor": {"type": "user", "id": actor}})
}

/// Sends until it is stored, or there is nobody any more; what was not stored comes back.
fn send(client: &Client, address: &str, mut batches: Vec<Value>) -> Vec<Value> {
    while let Some(batch) = batches.first() {
        match client.ask(address, "POST", "events", batch) {
            Some((200, _)) => drop(batches.remove(0)),
            Some((503, _)) => thread::sleep(Duration::from_millis(5)),
            Some((status, answer)) => panic!("{status}: {answer}"),
            None => break,
        }
    }
    batches
}

#[test]
fn killed_while_rules_look_each_alert_is_there_once() {
    let mut plan = Plan::of("alerts");
    let (mut rounds, mut fired) = (0, 0);
    while plan.goes_on(rounds, 8) {
        fired += log(&mut plan, &mut rounds);
    }
    println!("alerts: {rounds} times killed; {fired} alerts, each once");
}

/// One log, whose server is killed again and again; how many alerts there are.
fn log(plan: &mut Plan, rounds: &mut usize) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let client = Client::new(&token(folder.path()));
    let receiver = Receiver::start();
    let mut rules = None;
    let (mut left, mut booms, mut attacks) = (Vec::new(), 0, 0);
    for round in 0..ROUNDS {
        if !plan.goes_on(*rounds, 8) {
            break;
        }
        *rounds += 1;
        let server = Server::start(folder.path());
        let address = server.address.clone();
        rules.get_or_insert_with(|| make(&Client::local(folder.path()), &address, &receiver));
        let mut batches = left;
        for n in 0..plan.dice.random_range(1..5) {
            booms += 1;
            let noise = (0..20).map(|i| event(&format!("n{round}-{n}-{i}"), "Noise", "u1"));
            let boom = event(&format!("b{round}-{n}"), "Boom", "u1");
            batches.push(Value::from(noise.chain([boom]).collect::<Vec<_>>()));
        }
        attacks += 1;
        for n in 0..3 {
            let who = format!("attacker-{round}");
            batches.push(json!([event(&format!("a{round}-{n}"), "Attack", &who)]));
        }
        let sending = {
            let (client, address) = (client.clone(), address.clone());
            thread::spawn(move || send(&client, &address, batches))
        };
        // A moment that is of the seed, not a wait for anything.
        thread::sleep(Duration::from_millis(plan.dice.random_range(5..220)));
        server.kill();
        left = sending.join().unwrap();
    }
    let server = Server::start(folder.path());
    assert!(send(&client, &server.address, left).is_empty(), "it takes everything");
    let rules = rules.expect("there was a round");
    judge(folder.path(), &server, &receiver, &rules, (booms, attacks));
    booms + attacks
}

fn judge(
    folder: &Path,
    server: &Server,
    receiver: &Receiver,
    rules: &Rules,
    (booms, attacks): (usize, usize),
) {
    let admin = Client::local(folder);
    let ask = |path: &str| {
        let (status, answer) = admin.ask(&server.address, "GET", path, &Value::Null).unwrap();
        assert_eq!(status, 200, "{answer}");
        answer
    };
    let firings = |rule: i64| {
        let all = ask(&format!("alerts/firings?rule={rule}&limit=200"));
        all["firings"].as_array().unwrap().clone()
    };
    let deliveries = || {
        let all = ask("alerts/deliveries?limit=200");
        all["deliveries"].as_array().unwrap().clone()
    };
    let told = || {
        let told = ask("events?action=FireAlert&range=all&limit=500");
        let names = ["Booms", "Attacks"].map(Value::from);
        let told = told["entries"].as_array().unwrap().iter();
        let ours = told.filter(|entry| names.contains(&entry["resource"]["name"]));
        ours.map(|entry| entry["resource"]["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let all = booms + attacks;
    let until = Instant::now() + LONG;
    loop {
        let found = (firings(rules.booms).len(), firings(rules.attacks).len());
        let delivered = deliveries();
        let is_over = found == (booms, attacks)
            && told().len() == all
            && delivered.len() == all
            && delivered.iter().all(|one| one["state"] == "delivered");
        if is_over {
            break;
        }
        assert!(found.0 <= booms && found.1 <= attacks, "there are too many: {found:?}");
        assert!(Instant::now() < until, "{found:?} of {booms} and {attacks}: {delivered:?}");
        thread::sleep(Duration::from_millis(50));
    }
    // Each has the entries that caused it, and these are nobody else's.
    let mut causes = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for (rule, entries) in [(rules.booms, 1), (rules.attacks, 3)] {
        for firing in firings(rule) {
            assert_eq!(firing["count"], entries, "{firing}");
            let seqs = firing["seqs"].as_array().unwrap();
            assert_eq!(seqs.len(), entries, "{firing}");
            for seq in seqs {
                assert!(causes.insert(seq.as_u64().unwrap()), "{seq} fired twice");
            }
            ids.insert(firing["id"].to_string());
        }
    }
    assert_eq!(ids.len(), all);
    let told = told();
    assert_eq!(told.iter().cloned().collect::<BTreeSet<_>>(), ids, "the log tells of each once");
    // Whoever is told can tell what is told twice: each alert has one message.
    let mut messages = BTreeMap::<String, BTreeSet<String>>::new();
    for (message, said) in receiver.taken() {
        let alert = said["data"]["alert"]["id"].to_string();
        messages.entry(alert).or_default().insert(message);
    }
    assert_eq!(messages.keys().cloned().collect::<BTreeSet<_>>(), ids, "all were told");
    assert!(messages.values().all(|of_one| of_one.len() == 1), "{messages:?}");
}
