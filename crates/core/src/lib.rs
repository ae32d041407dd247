//! The science of nullcline: systems and what they are measured by, without a word of text.
//!
//! Files are read by [`io`], become [`systems`], and are measured by [`diagnostics`]; [`inference`] fits models of
//! data, [`training`] makes networks that solve [`tasks`]; [`analyses`] are what is asked of all of these, each a
//! [`job::Job`]. What is found is [`numbers`] with their errors.

#![forbid(unsafe_code)]

/// Names the variants of an enum once: its `name()`, what serde writes, and the values in the schema.
///
/// ```
/// #[derive(Clone, Copy)]
/// enum Verdict { Holds, Differs }
/// nullcline_core::named! { Verdict: Self::Holds => "holds", Self::Differs => "differs" }
///
/// assert_eq!(serde_json::to_string(&Verdict::Holds).unwrap(), "\"holds\"");
/// assert_eq!(Verdict::Differs.name(), "differs");
/// ```
#[macro_export]
macro_rules! named {
    ($type:ident: $($variant:pat => $name:literal),+ $(,)?) => {
        impl $type {
            /// The name in summaries and tables.
            pub fn name(self) -> &'static str {
                match self { $($variant => $name),+ }
            }
        }
        impl $crate::serde::Serialize for $type {
            fn serialize<S: $crate::serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.name())
            }
        }
        impl $crate::schemars::JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }
            fn json_schema(_: &mut $crate::schemars::SchemaGenerator) -> $crate::schemars::Schema {
                $crate::schemars::json_schema!({ "type": "string", "enum": [$($name),+] })
            }
        }
    };
}
#[doc(hidden)]
pub use {schemars, serde};

pub mod analyses;
pub mod diagnostics;
pub mod inference;
pub mod io;
pub mod job;
pub mod linalg;
pub mod memory;
pub mod numbers;
pub mod systems;
pub mod tasks;
pub mod training;

/// The library of tables that [`io::table::frame`] and [`io::table::Table::frame`] give frames of.
///
/// Its queries run on threads of their own, as many as the variable `POLARS_MAX_THREADS` says at their start; reading and
/// writing tables here starts none of them.
#[cfg(feature = "tables")]
pub use polars;
