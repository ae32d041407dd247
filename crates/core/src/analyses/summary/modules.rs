//! What `analyze` gives, module by module.

use crate::analyses::network::About;
use crate::analyses::{AboutRows, Context, Finding};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::Map;
use std::borrow::Cow;

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
    ($($(#[doc = $doc:literal])+ $variant:ident $name:ident: $found:ty;)+) => {
        /// What the modules of `analyze` give.
        #[derive(Clone, Debug, Default, Serialize)]
        pub struct Modules {
            $($(#[doc = $doc])+
            #[serde(skip_serializing_if = "Option::is_none")]
            pub $name: Option<super::$variant>,)+
        }

        impl JsonSchema for Modules {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> Cow<'static, str> {
                "Modules".into()
            }
            /// A module that did not run has no entry: none is null.
            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                let mut entries = Map::new();
                $(let mut entry = generator.subschema_for::<super::$variant>();
                entry.insert("description".into(), concat!($($doc),+).trim().into());
                entries.insert(stringify!($name).into(), entry.into());)+
                json_schema!({ "type": "object", "properties": entries })
            }
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
