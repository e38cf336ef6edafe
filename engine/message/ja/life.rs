//! Why an office is not watched, and what became of its jobs, in Japanese.

use job::Unusable;
use ledger::{Fate, Job, State};

use crate::{Telling, shown};

pub(crate) fn unusable(unusable: &Unusable) -> Telling {
    match unusable {
        Unusable::Place(error) => super::job::error(error),
        Unusable::Task(error) => super::task::error(error),
        Unusable::Store(error) => super::ledger::error(error),
        Unusable::OtherFileSystem { folder } => Telling::new(
            format!("「{}」は、職場のフォルダと別のディスクにあります。", folder.display()),
            "同じディスクの中のフォルダを jitan.toml に指定してください。別のディスクには、ファイルを一度に移せません。",
        ),
        Unusable::Owned(other) if other.process == 0 => Telling::new(
            "持ち主のファイル（.jitan/owner）がなくなったので、監視を止めました。",
            "ほかに jitan watch が動いていないことを確かめて、もう一度始めてください。",
        ),
        Unusable::Owned(other) => Telling::new(
            format!("この職場では、もう jitan が動いています（{}の{}番、{}から）。", other.machine, other.process, other.since),
            "動いている方に任せるか、それを止めてから、もう一度始めてください。",
        ),
        Unusable::NoOriginal { job, path } => Telling::new(
            format!("処理{job}の元のファイル「{}」がありません。", path.display()),
            "だれかが移していないか確かめてください。手元にあれば、そのまま受付に入れ直せます。",
        ),
        Unusable::TooLate { job } => Telling::new(
            format!("処理{job}は、取り消せる日数を過ぎたので、元の名前の記録がもうありません。"),
            "名前を戻したいファイルは、手で戻してください。日数は task.toml の [retention] で決まります。",
        ),
        Unusable::Cut { file, row } => Telling::new(
            format!("台帳に、あるはずの記録（{row}行目）がありません。「{}」に控えがあります。", file.display()),
            "台帳のファイルが古い写しに戻されていないか、「jitan ledger verify」で確かめてください。それまで監視は始めません。",
        ),
        Unusable::Lost { store, own } => Telling::new(
            format!(
                "台帳「{}」がないか、空です。ところが「{}」には、処理したものの元のファイルが残っています。",
                store.display(),
                own.display()
            ),
            "台帳の控えを元の所に戻してください。本当に初めから始めるときは、その中の archive と work をほかへ移してから、もう一度始めてください。",
        ),
        Unusable::NoTask { scripts } => Telling::new(
            format!("「{}」に業務がありません。", scripts.display()),
            "「jitan new 業務の名前」で業務を作るか、--office で職場のフォルダを指定してください。",
        ),
    }
}

/// Where a job stands, for the list.
pub(crate) fn state(job: &Job) -> &'static str {
    state_word(job.state, job.staging.as_ref().map(|staging| staging.kind))
}

/// A state in a word.
pub(crate) fn state_word(state: State, kind: Option<Fate>) -> &'static str {
    match state {
        State::Claiming => "受け取り中",
        State::Claimed => "順番待ち",
        State::Running => "処理中",
        State::Staged => "出力中",
        State::Committed | State::Archived => "完了",
        State::Aside if kind == Some(Fate::Failed) => "障害",
        State::Aside => "差戻し",
        State::Vanished => "取り下げ",
        State::Held => "保留（同じ内容）",
        State::Ended => "終了（受付に戻した）",
        State::Undoing => "取消の途中",
        State::Undone => "取消",
        State::Redoing => "復元の途中",
    }
}

/// A line of the list of jobs: number, when, state, task, name.
pub(crate) fn line(job: &Job) -> String {
    format!("{}  {}  {}  {}  {}", job.new.id, moment(job.began), state(job), job.new.task, shown(&job.new.name))
}

pub(crate) fn moment(at: job::DateTime) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// A step of a job: when, into which state, with what detail.
pub(crate) fn step(step: &ledger::Step) -> String {
    let detail = step.detail.as_deref().map(|detail| format!("  {}", shown(detail))).unwrap_or_default();
    format!("{}  {}{detail}", moment(step.at), state_word(step.state, None))
}
