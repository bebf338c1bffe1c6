//! Plain Rust, compiled once for each instruction set: the compiler vectorises it as each allows.

/// Makes `pub fn name(isa, args...)` out of an `#[inline(always)] fn body<const FMA: bool>(args...)`.
/// `FMA` says that [`fma`] is one instruction.
macro_rules! multiversion {
    ($(#[$doc:meta])* pub fn $name:ident($($arg:ident: $kind:ty),* $(,)?) = $body:ident) => {
        $(#[$doc])*
        pub fn $name(isa: $crate::kernel::Isa, $($arg: $kind),*) {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
                fn avx512($($arg: $kind),*) {
                    $body::<true>($($arg),*);
                }
                #[target_feature(enable = "avx2,fma")]
                fn avx2($($arg: $kind),*) {
                    $body::<true>($($arg),*);
                }
                match isa {
                    $crate::kernel::Isa::Portable => {}
                    // SAFETY: `Isa` values beyond `Portable` come from run-time CPU detection.
                    $crate::kernel::Isa::Avx2 => return unsafe { avx2($($arg),*) },
                    // SAFETY: as above.
                    _ => return unsafe { avx512($($arg),*) },
                }
            }
            let _ = isa;
            $body::<false>($($arg),*);
        }
    };
}
pub(super) use multiversion;

/// `a * b + c`; fused where that is one instruction (elsewhere it would be a library call).
#[inline(always)]
pub(super) fn fma<const FMA: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FMA { a.mul_add(b, c) } else { a * b + c }
}

/// Combines lanes by halves: vectors first, and no long chain of scalars.
#[inline(always)]
pub(super) fn reduce(mut lanes: [f32; 32], combine: impl Fn(f32, f32) -> f32) -> f32 {
    for half in [16, 8, 4, 2, 1] {
        for i in 0..half {
            lanes[i] = combine(lanes[i], lanes[i + half]);
        }
    }
    lanes[0]
}
