//! Vectors of either floating-point type in one way of speaking.

use pulp::Simd;

/// What the kernels need of the vectors of a type.
pub trait Vector: Copy {
    /// As many numbers as a register of `S` holds.
    type Of<S: Simd>: Copy;
    /// Numbers in a register.
    fn lanes<S: Simd>() -> usize;
    /// The number in every place.
    fn splat<S: Simd>(self, simd: S) -> Self::Of<S>;
    /// a b + c, rounded once.
    fn mul_add<S: Simd>(simd: S, a: Self::Of<S>, b: Self::Of<S>, c: Self::Of<S>) -> Self::Of<S>;
    /// a + b.
    fn sum<S: Simd>(simd: S, a: Self::Of<S>, b: Self::Of<S>) -> Self::Of<S>;
    /// A vector of the numbers of a slice, no more than it holds, and zeros.
    fn part<S: Simd>(simd: S, v: &[Self]) -> Self::Of<S>;
    /// As many numbers of a vector as the slice holds.
    fn put_part<S: Simd>(simd: S, out: &mut [Self], v: Self::Of<S>);
    /// The whole vectors at the head of a slice.
    fn vectors<S: Simd>(v: &[Self]) -> &[Self::Of<S>];
    /// The same, to be written.
    fn vectors_mut<S: Simd>(v: &mut [Self]) -> &mut [Self::Of<S>];
    /// The numbers in vectors.
    fn numbers<S: Simd>(v: &[Self::Of<S>]) -> &[Self];
}

macro_rules! vector {
    ($t:ty, $of:ident, $lanes:ident, $splat:ident, $mul_add:ident, $add:ident, $view:ident, $view_mut:ident, $load:ident, $store:ident) => {
        impl Vector for $t {
            type Of<S: Simd> = S::$of;
            #[inline(always)]
            fn lanes<S: Simd>() -> usize {
                S::$lanes
            }
            #[inline(always)]
            fn splat<S: Simd>(self, simd: S) -> S::$of {
                simd.$splat(self)
            }
            #[inline(always)]
            fn mul_add<S: Simd>(simd: S, a: S::$of, b: S::$of, c: S::$of) -> S::$of {
                simd.$mul_add(a, b, c)
            }
            #[inline(always)]
            fn sum<S: Simd>(simd: S, a: S::$of, b: S::$of) -> S::$of {
                simd.$add(a, b)
            }
            #[inline(always)]
            fn part<S: Simd>(simd: S, v: &[Self]) -> S::$of {
                simd.$load(v)
            }
            #[inline(always)]
            fn put_part<S: Simd>(simd: S, out: &mut [Self], v: S::$of) {
                simd.$store(out, v);
            }
            #[inline(always)]
            fn vectors<S: Simd>(v: &[Self]) -> &[S::$of] {
                S::$view(v).0
            }
            #[inline(always)]
            fn vectors_mut<S: Simd>(v: &mut [Self]) -> &mut [S::$of] {
                S::$view_mut(v).0
            }
            #[inline(always)]
            fn numbers<S: Simd>(v: &[S::$of]) -> &[Self] {
                pulp::bytemuck::cast_slice(v)
            }
        }
    };
}
vector!(
    f32,
    f32s,
    F32_LANES,
    splat_f32s,
    mul_add_f32s,
    add_f32s,
    as_simd_f32s,
    as_mut_simd_f32s,
    partial_load_f32s,
    partial_store_f32s
);
vector!(
    f64,
    f64s,
    F64_LANES,
    splat_f64s,
    mul_add_f64s,
    add_f64s,
    as_simd_f64s,
    as_mut_simd_f64s,
    partial_load_f64s,
    partial_store_f64s
);
