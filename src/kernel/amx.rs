//! Intel AMX: detection, permission and the tile configuration.
//!
//! The instructions are written as inline assembly because std::arch has none for them on stable Rust.
//! Tiles are 16 rows of 64 bytes. Nothing but the blocks of assembly in this program uses them, and each
//! block reads only tiles that it filled itself.
//!
//! Source: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 1, chapter 18.
#![allow(unsafe_code, reason = "inline assembly; each use says why it is sound")]

use std::arch::asm;
use std::marker::PhantomData;
use std::sync::OnceLock;

/// Rows of a tile.
pub const TILE_ROWS: usize = 16;
/// Bytes of a row of a tile.
const TILE_BYTES: usize = 64;

/// Whether this process may use AMX with bytes and bf16. The first call asks the kernel for permission.
pub fn available() -> bool {
    static AVAILABLE: OnceLock<bool> = OnceLock::new();
    *AVAILABLE.get_or_init(|| cpu_has_tiles() && permitted())
}

fn cpu_has_tiles() -> bool {
    use std::arch::x86_64::{__cpuid_count, _xgetbv};
    /// Leaf 7, EDX: amx-bf16, amx-tile, amx-int8.
    const FEATURES: u32 = 1 << 22 | 1 << 24 | 1 << 25;
    /// XCR0: the operating system saves tile configuration and data.
    const SAVED: u64 = 1 << 17 | 1 << 18;
    #[target_feature(enable = "xsave")]
    fn saved() -> u64 {
        // SAFETY: register 0 exists wherever XGETBV does.
        unsafe { _xgetbv(0) }
    }
    is_x86_feature_detected!("xsave")
        && __cpuid_count(7, 0).edx & FEATURES == FEATURES
        // SAFETY: XSAVE was detected.
        && unsafe { saved() } & SAVED == SAVED
}

/// Linux gives the large tile registers to a process on demand only.
#[cfg(target_os = "linux")]
fn permitted() -> bool {
    const ARCH_REQ_XCOMP_PERM: libc::c_ulong = 0x1023;
    const XFEATURE_XTILEDATA: libc::c_ulong = 18;
    // SAFETY: this request takes a number, touches no memory of ours, and fails with an error code
    // where the kernel does not know it.
    unsafe {
        libc::syscall(
            libc::SYS_arch_prctl,
            ARCH_REQ_XCOMP_PERM,
            XFEATURE_XTILEDATA,
        ) == 0
    }
}

#[cfg(not(target_os = "linux"))]
fn permitted() -> bool {
    false
}

/// Palette 1: eight tiles of 16 rows of 64 bytes.
#[repr(C, align(64))]
struct Configuration([u8; 64]);

static CONFIGURATION: Configuration = {
    let mut bytes = [0u8; 64];
    bytes[0] = 1;
    let mut tile = 0;
    while tile < 8 {
        bytes[16 + 2 * tile] = TILE_BYTES as u8;
        bytes[48 + tile] = TILE_ROWS as u8;
        tile += 1;
    }
    Configuration(bytes)
};

/// The tiles of this thread, configured for as long as the value lives.
pub struct Tiles(PhantomData<*const ()>);

impl Tiles {
    /// # Safety
    /// [`available`] must have said yes, and no other `Tiles` may live on this thread.
    pub unsafe fn configure() -> Self {
        // SAFETY: the process may use tiles; the configuration is 64 bytes of palette 1.
        unsafe { asm!("ldtilecfg [{}]", in(reg) &CONFIGURATION, options(nostack, readonly)) };
        Self(PhantomData)
    }
}

impl Drop for Tiles {
    fn drop(&mut self) {
        // SAFETY: a value exists only where tiles do. Released tiles cost no context switch anything.
        unsafe { asm!("tilerelease", options(nostack, nomem)) };
    }
}
