//! What a network bends its numbers with, by the names that transformers has for it.

use candle_nn::Activation as Stock;
use candle_transformers::models::bert::HiddenAct;

/// An activation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Activation {
    /// x Φ(x), by the error function.
    #[default]
    Gelu,
    /// The same by its approximation with tanh.
    GeluTanh,
    Relu,
    Silu,
}

/// transformers' `ACT2FN` has several names for the same numbers.
const NAMES: [(&str, Activation); 10] = [
    ("gelu", Activation::Gelu),
    ("gelu_python", Activation::Gelu),
    ("gelu_new", Activation::GeluTanh),
    ("gelu_fast", Activation::GeluTanh),
    ("gelu_accurate", Activation::GeluTanh),
    ("gelu_pytorch_tanh", Activation::GeluTanh),
    ("gelu_python_tanh", Activation::GeluTanh),
    ("relu", Activation::Relu),
    ("silu", Activation::Silu),
    ("swish", Activation::Silu),
];

impl Activation {
    pub fn named(name: &str) -> Option<Self> {
        let found = NAMES.iter().find(|(known, _)| *known == name);
        found.map(|(_, activation)| *activation)
    }

    /// The names of those among `possible`, for messages.
    pub fn names(possible: &[Self]) -> String {
        let names = NAMES.iter().filter(|(_, made)| possible.contains(made));
        let names = names.map(|(name, _)| format!("{name:?}"));
        names.collect::<Vec<_>>().join(", ")
    }

    /// As candle's layers take it.
    pub fn stock(self) -> Stock {
        match self {
            Self::Gelu => Stock::Gelu,
            Self::GeluTanh => Stock::NewGelu,
            Self::Relu => Stock::Relu,
            Self::Silu => Stock::Silu,
        }
    }

    /// As candle's BERT takes it; `None` for one that it has not.
    pub fn of_bert(self) -> Option<HiddenAct> {
        match self {
            Self::Gelu => Some(HiddenAct::Gelu),
            Self::GeluTanh => Some(HiddenAct::GeluApproximate),
            Self::Relu => Some(HiddenAct::Relu),
            Self::Silu => None,
        }
    }
}
