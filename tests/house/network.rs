//! Nothing here opens a network connection: no crate of one that does is locked, whatever a dependency's features ask for.

const LOCK: &str = include_str!("../../Cargo.lock");
/// Clients, servers and the cryptography between them.
const NETWORK: [&str; 14] = [
    "aws-lc-rs",
    "curl",
    "h2",
    "hyper",
    "isahc",
    "native-tls",
    "object_store",
    "openssl",
    "quinn",
    "reqwest",
    "ring",
    "rustls",
    "tungstenite",
    "ureq",
];

#[test]
fn no_crate_of_a_network_is_locked() {
    let locked: Vec<&str> = LOCK.lines().filter_map(|l| l.strip_prefix("name = ")).collect();
    assert!(locked.len() > 100);
    let found: Vec<_> =
        NETWORK.iter().filter(|name| locked.contains(&format!("\"{name}\"").as_str())).collect();
    assert!(found.is_empty(), "{found:?}");
}
