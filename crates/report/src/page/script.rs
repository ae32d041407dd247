//! What makes the page move: scripts that it carries along, and the numbers that they draw.

use serde_json::Value;

/// In one scope, each after those that it needs; a page without them stands as it is.
const SCRIPTS: [&str; 8] = [
    include_str!("tools.js"),
    include_str!("fold.js"),
    include_str!("sort.js"),
    include_str!("plot.js"),
    include_str!("turn.js"),
    include_str!("axes.js"),
    include_str!("controls.js"),
    include_str!("space.js"),
];

/// All scripts of a page, in one.
pub(super) fn scripts() -> String {
    format!("<script>\n\"use strict\";\n{{\n{}}}\n</script>\n", SCRIPTS.concat())
}

/// The numbers of a view, for its script.
pub(super) fn data(view: &Value) -> String {
    // No text of a file may end the element.
    let text = view.to_string().replace('<', "\\u003c");
    format!("<script type=\"application/json\">{text}</script>\n")
}
