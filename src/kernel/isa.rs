//! Which instruction set the kernels use: detected once, or forced by `TANE_KERNEL`.

use std::sync::OnceLock;

/// Instruction sets that have kernels of their own, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Isa {
    /// Plain Rust; every target.
    Portable,
    /// x86-64 with AVX2 and FMA.
    Avx2,
    /// x86-64 with AVX-512 F, BW, DQ, VL and VNNI (Ice Lake, Zen 4 and later).
    Avx512,
    /// All that and AVX-512 BF16 (Zen 4, Cooper Lake and later).
    Avx512Bf16,
    /// All that and AMX for bytes and bf16 (Sapphire Rapids and later; Linux).
    Amx,
}

impl Isa {
    /// How `TANE_KERNEL` names them.
    pub const NAMES: [(&str, Self); 5] = [
        ("portable", Self::Portable),
        ("avx2", Self::Avx2),
        ("avx512", Self::Avx512),
        ("avx512bf16", Self::Avx512Bf16),
        ("amx", Self::Amx),
    ];

    /// Its name in [`Self::NAMES`].
    pub fn name(self) -> &'static str {
        let known = Self::NAMES.iter().find(|(_, isa)| *isa == self);
        known.map_or("unknown", |(name, _)| name)
    }

    /// Every instruction set this CPU can run, weakest first. Always starts with `Portable`.
    pub fn available() -> Vec<Self> {
        std::iter::once(Self::Portable)
            .chain(Self::beyond_portable())
            .collect()
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn beyond_portable() -> Vec<Self> {
        Vec::new()
    }

    #[cfg(target_arch = "x86_64")]
    fn beyond_portable() -> Vec<Self> {
        let vnni = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512vnni");
        // Each is all that came before and something more.
        let steps = [
            (
                Self::Avx2,
                is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
            ),
            (Self::Avx512, vnni),
            (Self::Avx512Bf16, is_x86_feature_detected!("avx512bf16")),
            (Self::Amx, super::amx::available()),
        ];
        let has = steps.into_iter().take_while(|(_, has)| *has);
        has.map(|(isa, _)| isa).collect()
    }

    /// What `TANE_KERNEL` names, where it is set.
    ///
    /// # Errors
    /// The name, where it is no instruction set's.
    pub fn requested() -> Result<Option<Self>, String> {
        let Some(name) = std::env::var_os("TANE_KERNEL") else {
            return Ok(None);
        };
        let known = Self::NAMES.iter().find(|(known, _)| name == *known);
        known
            .map(|(_, isa)| Some(*isa))
            .ok_or_else(|| name.to_string_lossy().into_owned())
    }

    /// The one in use: the strongest available, or the one that `TANE_KERNEL` names where the CPU has it.
    pub fn current() -> Self {
        static CURRENT: OnceLock<Isa> = OnceLock::new();
        *CURRENT.get_or_init(|| {
            let available = Self::available();
            let strongest = *available.last().unwrap_or(&Self::Portable);
            let forced = Self::requested().ok().flatten().unwrap_or(strongest);
            forced.min(strongest)
        })
    }
}
