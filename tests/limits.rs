//! Hostile scripts: each ends as a clear setback with nothing half-written. What is measured is the exit status, never time.

use crate::desk::{Desk, LIST, Ran};

fn hostile(script: &str) -> Ran {
    let desk = Desk::new().form("cpu_seconds = 20", "cpu_seconds = 2\nmemory_mib = 192");
    desk.script(script).drop("一覧.csv", LIST).run().nothing_published().speaks_japanese()
}

/// Stopped by a limit, whichever of ours comes first.
fn stopped(script: &str) {
    hostile(script).ends(4).tells("何も出力していません");
}

#[test]
fn an_endless_loop() {
    stopped("loop {}");
}

#[test]
fn an_endless_loop_that_does_something() {
    stopped("let x = 0; loop { x += 1; let y = [x, x, x]; }");
}

#[test]
fn memory_by_many_variables() {
    let script: String = (0..200).map(|n| format!("let v{n} = []; for i in 0..1000000 {{ v{n}.push(i); }}\n")).collect();
    stopped(&script);
}

#[test]
fn a_chain_of_closures() {
    let ran = hostile("let f = || 1; loop { let g = f; f = || g.call(); }");
    assert!([3, 4].contains(&ran.status), "{} {}", ran.status, ran.said);
}

#[test]
fn a_closure_that_swallows_itself() {
    let ran = hostile("let f = |x| x; loop { f = f.curry(f); }");
    assert!([3, 4].contains(&ran.status), "{} {}", ran.status, ran.said);
}

#[test]
fn a_function_that_calls_itself() {
    let ran = hostile("fn f(x) { f(x + 1) } f(0);");
    assert!([3, 4].contains(&ran.status), "{} {}", ran.status, ran.said);
}

#[test]
fn a_text_that_doubles() {
    let ran = hostile("let s = \"あ\"; loop { s += s; }");
    assert!([3, 4].contains(&ran.status), "{} {}", ran.status, ran.said);
}

#[test]
fn a_huge_switch() {
    let cases: String = (0..20_000).map(|n| format!("{n}=>{n},")).collect();
    let ran = hostile(&format!("switch 1 {{ {cases} }}"));
    assert!([3, 4].contains(&ran.status), "{} {}", ran.status, ran.said);
}

#[test]
fn deep_nesting() {
    let ran = hostile(&format!("let x = {}1{};", "(".repeat(20_000), ")".repeat(20_000)));
    assert!([3, 4].contains(&ran.status), "{} {}", ran.status, ran.said);
}

#[test]
fn doors_that_are_not_there() {
    for script in ["sleep(30);", "eval(\"1\");", "import \"/etc/passwd\" as p;", "import \"../../秘密\" as p;"] {
        hostile(script).ends(3);
    }
}

#[test]
fn the_clock_on_the_wall() {
    // Nothing a script can do waits, so the clock is tried with a limit that a busy loop meets before its processor time.
    let desk = Desk::new().form("wall_seconds = 60", "wall_seconds = 1");
    desk.script("loop {}").drop("一覧.csv", LIST).run().ends(4).nothing_published().tells("かかった時間");
}

#[test]
fn an_output_beyond_the_limit() {
    let desk = Desk::new().form("cpu_seconds = 20", "cpu_seconds = 20\nfile_mib = 1");
    let script = "let 長い = \"あ\"; for i in 0..8 { 長い += 長い; } let 行 = []; for i in 0..4000 { 行.push([i, 長い]); }\n\
                  CSV出力(\"大.csv\", 表を作る([\"甲\", \"乙\"], 行)); 処理件数(1);";
    desk.script(script).drop("一覧.csv", LIST).run().ends(4).nothing_published().tells("上限（1MB）");
}
