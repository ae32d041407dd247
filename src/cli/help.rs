//! Help by command and by topic.

use super::args::Help;
use super::{Run, command, fail, print};
use crate::io::nearest::meant;

/// What can be explained beside commands: name, what it is of, and the text.
const TOPICS: [(&str, &str, &str); 8] = [
    ("files", "what can be read, and what to do where names do not tell", include_str!("topics/files.txt")),
    ("trials", "a network at its task", include_str!("topics/trials.txt")),
    ("recordings", "tables of activity, trials and targets", include_str!("topics/recordings.txt")),
    ("modules", "what `analyze` finds, and what each costs", include_str!("topics/modules.txt")),
    ("reports", "pages, tables, figures, numbers and their errors", include_str!("topics/reports.txt")),
    ("training", "networks that are trained, kept and gone on with", include_str!("topics/training.txt")),
    ("studies", "what papers claim, tested", include_str!("topics/studies.txt")),
    ("pipelines", "many files or jobs, compared; clusters", include_str!("topics/pipelines.txt")),
];

/// The list of topics, for the end of the help.
pub(super) fn topics() -> String {
    let one = |(name, of, _): &(&str, &str, &str)| format!("  {name:<11}  {of}");
    let all: Vec<String> = TOPICS.iter().map(one).collect();
    format!("Topics, explained with examples by `nullcline help TOPIC`:\n{}", all.join("\n"))
}

impl Run for Help {
    fn run(&self) -> u8 {
        if let [word] = &self.words[..]
            && let Some((.., text)) = TOPICS.iter().find(|t| t.0 == word)
        {
            return print(text.trim_end());
        }
        let mut at = command();
        for (k, word) in self.words.iter().enumerate() {
            let commands = at.get_subcommands().map(|c| c.get_name().to_owned()).collect::<Vec<_>>();
            match at.find_subcommand(word).cloned() {
                Some(inner) => at = inner,
                None => {
                    let mut all: Vec<&str> = commands.iter().map(String::as_str).collect();
                    if k == 0 {
                        all.extend(TOPICS.iter().map(|t| t.0));
                    }
                    let what = if all.is_empty() { "it has no commands".into() } else { meant(word, &all) };
                    return fail(
                        format!("help {}: no such command or topic; {what}", self.words.join(" ")),
                        2,
                    );
                }
            }
        }
        // As its own option prints it.
        let words =
            std::iter::once("nullcline").chain(self.words.iter().map(String::as_str)).chain(["--help"]);
        match command().try_get_matches_from(words) {
            Err(e) => print(e.render().to_string().trim_end()),
            Ok(_) => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_fit_a_terminal_and_have_examples() {
        for (name, of, text) in TOPICS {
            let wide = text.lines().find(|l| l.chars().count() > 79);
            assert!(wide.is_none(), "{name}: {wide:?}");
            assert!(text.contains("\n    nullcline ") && of.len() < 66, "{name}");
        }
    }
}
