//! Scripts that mean harm, and what stops them here. What only the worker process can stop stands at the foot.

use crate::tests::Story;
use crate::{Failure, LimitKind, TroubleKind};

fn ends(source: &str) -> Failure {
    let story = Story::script(&format!("{source}\n処理件数(1);")).operations(3_000_000);
    match story.compile() {
        Ok(_) => story.run().expect_err(source),
        Err(mut troubles) => Failure::Script(Box::new(troubles.remove(0))),
    }
}

fn limit(source: &str) -> LimitKind {
    match ends(source) {
        Failure::Limit { what, .. } => what,
        other => panic!("{source}: {other:?}"),
    }
}

#[test]
fn loops_recursion_and_growth_reach_a_limit() {
    assert_eq!(limit("loop { }"), LimitKind::Operations);
    assert_eq!(limit("let n = 0; while true { n += 1; }"), LimitKind::Operations);
    assert_eq!(limit("for i in 0..9999999999 { }"), LimitKind::Operations);
    assert_eq!(limit("fn f() { f() } f();"), LimitKind::Calls);
    assert_eq!(limit("fn f(n) { 表を作る([\"a\"], [[1]]).件数(|r| f(n) == 1) } f(1);"), LimitKind::Calls);
    assert_eq!(limit("let t = \"ああああああああ\"; loop { t += t; }"), LimitKind::Text);
    assert_eq!(limit("let t = \"ああああああああ\"; loop { t = `${t}${t}`; }"), LimitKind::Text);
    assert_eq!(limit("let a = 期間(日付(1000, 1, 1), 日付(9999, 1, 1));"), LimitKind::Rows);
    let many: String = (0..300).map(|n| format!("let v{n} = {n};\n")).collect();
    assert_eq!(limit(&many), LimitKind::Variables);
}

#[test]
fn a_limit_cannot_be_caught() {
    assert_eq!(limit("try { loop { } } catch { }"), LimitKind::Operations);
    assert_eq!(limit("loop { try { let a = 期間(日付(1000, 1, 1), 日付(9999, 1, 1)); } catch { } }"), LimitKind::Rows);
}

#[test]
fn doors_out_of_the_sandbox_are_shut() {
    for source in [
        "eval(\"1\");",
        "sleep(30);",
        "let f = Fn(\"print\");",
        "let f = |x| x; f = f.curry(f);",
        "let t = timestamp();",
        "import \"../秘密\" as x;",
        "let a = open(\"/etc/passwd\");",
        "let a = rand();",
    ] {
        match ends(source) {
            Failure::Script(trouble) => assert!(
                matches!(
                    trouble.kind,
                    TroubleKind::Reserved
                        | TroubleKind::UnknownWord { .. }
                        | TroubleKind::UnknownLibrary { .. }
                        | TroubleKind::Unexpected
                ),
                "{source}: {trouble:?}"
            ),
            other => panic!("{source}: {other:?}"),
        }
    }
}

#[test]
fn scripts_too_large_or_too_deep_are_refused() {
    let kind = |source: &str| match ends(source) {
        Failure::Script(trouble) => trouble.kind,
        other => panic!("{other:?}"),
    };
    assert!(matches!(kind(&"let a = 1;\n".repeat(30_000)), TroubleKind::ScriptTooLong { .. }));
    for part in ["(", "[", "!", "-", "#{a:"] {
        let deep = kind(&format!("let a = {}1;", part.repeat(5_000)));
        assert!(
            matches!(deep, TroubleKind::TooDeep | TroubleKind::Reserved | TroubleKind::Missing { .. } | TroubleKind::Unexpected),
            "{part}: {deep:?}"
        );
    }
    let functions: String = (0..500).map(|n| format!("fn f{n}() {{ {n} }}\n")).collect();
    assert!(matches!(kind(&functions), TroubleKind::TooManyFunctions { .. }));
}

#[test]
fn patterns_made_to_explode_are_refused() {
    assert!(
        matches!(ends("一致(\"a\", \"(a{1000}){1000}\");"), Failure::Script(trouble) if matches!(trouble.kind, TroubleKind::CannotRead { .. }))
    );
}

#[test]
fn what_a_script_throws_is_kept_apart() {
    match ends("throw \"架空 太郎\";") {
        Failure::Script(trouble) => {
            assert_eq!(trouble.kind, TroubleKind::Thrown { private: "架空 太郎".to_owned() });
            assert_ne!(trouble.word.as_deref(), Some("架空 太郎"));
        }
        other => panic!("{other:?}"),
    }
}

// What ends in an abort, or in memory running out, and is the business of the worker process (rlimits, stack, kill):
//   let f = || 1; loop { let g = f; f = || g.call(); }       nested closures: the stack ends when they are called or dropped
//   let a = []; loop { a = [a]; }                            nested arrays: the same
//   let a = []; loop { a.push("…"); }                        memory: arrays have no limit of their own (see limits.rs)
//   let v1 = []; v1.pad(1000000, 0); let v2 = v1; … (250 of them)   memory: 256 variables of a million items
//   fn f(a1, a2, … a30000) { }                               CPU while compiling: nothing can interrupt the compiler
