//! Nothing here opens a network connection: no crate of one that does is locked, whatever a dependency's features ask for.
//!
//! polars-core asks for tokio with sockets (`net`), whichever of its features are on. That stays, because sockets alone
//! connect to nothing: what would is a client of HTTP, TLS or a store of objects, and none is there.

const LOCK: &str = include_str!("../../Cargo.lock");
/// Clients, servers and the cryptography between them.
const NETWORK: [&str; 18] = [
    "aws-lc-rs",
    "aws-lc-sys",
    "curl",
    "h2",
    "hyper",
    "hyper-util",
    "isahc",
    "native-tls",
    "object_store",
    "openssl",
    "quinn",
    "reqwest",
    "ring",
    "rustls",
    "surf",
    "tonic",
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
