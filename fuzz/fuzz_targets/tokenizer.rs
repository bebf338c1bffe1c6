//! Our tokenizer gives the ids of Hugging Face tokenizers on any text.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use tane::embed::{Compute, DEFAULT_MODEL, Embedder, Engine, Registry, Role};

fn load(engine: Engine) -> Embedder {
    let registry = Registry::load(None).unwrap();
    let compute = Compute {
        engine,
        ..Compute::default()
    };
    Embedder::load(registry.get(DEFAULT_MODEL).unwrap(), compute, None).unwrap()
}

static OURS: LazyLock<Embedder> = LazyLock::new(|| load(Engine::Auto));
static ORACLE: LazyLock<Embedder> = LazyLock::new(|| load(Engine::Candle));

fuzz_target!(|text: &str| {
    for role in [Role::Raw, Role::Passage] {
        let (ours, oracle) = (OURS.input(text, role), ORACLE.input(text, role));
        assert_eq!(ours.unwrap().ids, oracle.unwrap().ids, "{role:?} {text:?}");
    }
});
