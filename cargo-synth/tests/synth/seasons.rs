//! A network that is deployed often: nothing of it is compiled between two deployments.

use crate::{
    folder::with_folder,
    site::Site,
    support::{Said, said},
};
use std::{collections::BTreeMap, fs, process::Command};

/// Two states of a network, which differ in code, in a property and in a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Season {
    Winter,
    Summer,
}

impl Season {
    pub(crate) fn next(self) -> Season {
        match self {
            Season::Winter => Season::Summer,
            Season::Summer => Season::Winter,
        }
    }

    fn dish(self) -> &'static str {
        match self {
            Season::Winter => "stew",
            Season::Summer => "salad",
        }
    }
}

/// A stack with what its functions run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct State {
    template: String,
    resources: BTreeMap<String, String>,
    functions: BTreeMap<String, (String, i32)>,
}

const SEASON: &str = r#"
fn season(waiter: &Function<Waiter>) -> Network {
    if std::env::var_os("SUMMER").is_none() {
        return Network::empty();
    }
    let brunch = Schedule::builder().name(name!("brunch")).rate(hours!(2)).build();
    let described = net_dsl::property::lambda::function::DESCRIPTION;
    brunch.triggers(waiter) + net_dsl::property::set(waiter, described, "in summer")
}
"#;

impl Site {
    /// A site whose network has code in folders alone, and its first deployment's crates compiled.
    pub(crate) fn with_seasons() -> Option<Site> {
        let site = Site::new()?;
        let main = "network/src/main.rs";
        let runtime = "runtime = Runtime::PYTHON_3_13, handler = \"one.handle\"";
        let code = [("one.py", "def handle(event, context):\n    return 'cook'\n")];
        with_folder(&site.project, "waiter", "front/waiter", runtime, &code);
        with_folder(&site.project, "cook", "kitchen/cook", runtime, &code);
        site.project.edit(
            main,
            "bell.triggers(&waiter)",
            "bell.triggers(&waiter) + season(&waiter)",
        );
        site.project.edit(main, "fn main()", &format!("{SEASON}\nfn main()"));
        said(&mut site.project.synth(&["build"])).code(0);
        Some(site)
    }

    /// A command of `synth` in a season, through whatever answers in the engine's place.
    pub(crate) fn in_season(&self, season: Season, endpoint: &str, arguments: &[&str]) -> Command {
        self.cook(season);
        let mut command = self.through(endpoint, arguments);
        match season {
            Season::Winter => command.env_remove("SUMMER"),
            Season::Summer => command.env("SUMMER", "1"),
        };
        command
    }

    /// Writes the code of a season.
    pub(crate) fn cook(&self, season: Season) {
        let code = format!("def handle(event, context):\n    return '{}'\n", season.dish());
        let file = self.project.path().join("front/waiter/one.py");
        if fs::read_to_string(&file).ok().as_ref() != Some(&code) {
            fs::write(file, code).expect("a file can be written");
        }
    }

    /// Deploys undisturbed.
    #[track_caller]
    pub(crate) fn deploy_in(&self, season: Season) -> Said {
        said(&mut self.in_season(season, &self.engine.endpoint, &["deploy", "--yes"])).code(0)
    }

    /// What there is, of a stack that is whole.
    #[track_caller]
    pub(crate) fn state(&self) -> State {
        let stack = self.stack().expect("a stack");
        let is_whole = ["CREATE_COMPLETE", "UPDATE_COMPLETE"].contains(&stack.status.as_str());
        assert!(is_whole, "{}", stack.status);
        State { template: stack.template, resources: stack.resources, functions: self.functions() }
    }

    /// What each season is if nothing disturbs it.
    pub(crate) fn undisturbed(&self) -> BTreeMap<Season, State> {
        let seasons = [Season::Winter, Season::Summer].into_iter();
        let deployed = seasons.map(|season| {
            self.deploy_in(season);
            (season, self.state())
        });
        let states: BTreeMap<_, _> = deployed.collect();
        assert_ne!(states[&Season::Winter], states[&Season::Summer]);
        states
    }

    /// The names of change sets that wait to be applied.
    pub(crate) fn waiting(&self) -> Vec<String> {
        self.ask(async |config| {
            let client = aws_sdk_cloudformation::Client::new(&config);
            let found = client.list_change_sets().stack_name("restaurant").send().await;
            let found = found.map(|found| found.summaries.unwrap_or_default()).unwrap_or_default();
            let waits = |set: &aws_sdk_cloudformation::types::ChangeSetSummary| {
                set.execution_status()
                    == Some(&aws_sdk_cloudformation::types::ExecutionStatus::Available)
            };
            found.into_iter().filter(waits).filter_map(|set| set.change_set_name).collect()
        })
    }

    /// Puts a dish into every table that takes it; in how many it is.
    pub(crate) fn store(&self) -> usize {
        self.ask(async |config| {
            let client = aws_sdk_dynamodb::Client::new(&config);
            let tables = client.list_tables().send().await.expect("tables");
            let mut stored = 0;
            for table in tables.table_names() {
                let dish = aws_sdk_dynamodb::types::AttributeValue::S("soup".to_owned());
                let put = client.put_item().table_name(table).item("name", dish);
                stored += usize::from(put.send().await.is_ok());
            }
            stored
        })
    }

    /// How many dishes are in all tables together.
    pub(crate) fn dishes(&self) -> usize {
        self.ask(async |config| {
            let client = aws_sdk_dynamodb::Client::new(&config);
            let tables = client.list_tables().send().await.expect("tables");
            let mut dishes = 0;
            for table in tables.table_names() {
                let found = client.scan().table_name(table).send().await.expect("items");
                dishes += found.items().len();
            }
            dishes
        })
    }
}
