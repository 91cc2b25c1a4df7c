//! Lets the linker keep what it takes to split the app into modules.

use std::env::var_os;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is_wasm = var_os("CARGO_CFG_TARGET_FAMILY").is_some_and(|family| family == "wasm");
    if is_wasm && var_os("CARGO_FEATURE_SPLIT").is_some() {
        println!("cargo::rustc-link-arg-bins=--emit-relocs");
    }
}
