//! What `analyze` gives, module by module.

use crate::analyses::network::About;
use crate::analyses::{AboutRows, Context, Finding};
use schemars::JsonSchema;
use serde::Serialize;

/// What `analyze` read.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
pub enum Analyzed {
    /// A network.
    Network(About),
    /// A recording.
    Recording(AboutRows),
}

macro_rules! entries {
    ($($(#[$doc:meta])+ $variant:ident $name:ident: $found:ty;)+) => {
        /// What the modules of `analyze` give.
        #[derive(Clone, Debug, Default, Serialize, JsonSchema)]
        #[schemars(inline)]
        pub struct Modules {
            $($(#[$doc])+
            #[serde(skip_serializing_if = "Option::is_none")]
            #[schemars(required)]
            pub $name: Option<super::$variant>,)+
        }

        impl Modules {
            /// Of what modules found.
            pub fn of(findings: &[Finding], context: &Context) -> Self {
                let mut all = Self::default();
                for finding in findings {
                    match finding {
                        $(Finding::$variant(f) => all.$name = Some(super::$variant::of(f, context)),)+
                    }
                }
                all
            }
        }
    };
}
crate::modules!(entries);
