"""The cases of scripts/exam-scoring, and an independent calculation of what they must give."""

import math
from collections import Counter, defaultdict
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, getcontext
from fractions import Fraction
from random import Random

from make_office import Case, table, wide, with_password, xlsx

getcontext().prec = 60

TASK = "exam-scoring"
SURNAMES = ["架空", "見本", "例示", "仮名", "試験", "模擬", "雛形", "練習"]
GIVEN = ["太郎", "花子", "次郎", "三郎", "一子", "二葉", "四郎", "五月", "六実", "七海"]
KANA = dict(zip(SURNAMES + GIVEN, ["カクウ", "ミホン", "レイジ", "カメイ", "シケン", "モギ", "ヒナガタ", "レンシュウ", "タロウ", "ハナコ", "ジロウ",
                                   "サブロウ", "カズコ", "フタバ", "シロウ", "サツキ", "ムツミ", "ナナミ"]))
LONG_HEAD = ["Image", "Image_jshfilename", "modifyDate", "processDate", "result", "form_id", "ItemName", "Page", "GID", "RID", "Value", "conf",
             "x", "y", "w", "h"]


def person(n):
    surname, given = SURNAMES[n % len(SURNAMES)], GIVEN[(n * 7 + n // 8) % len(GIVEN)]
    return f"{surname}　{given}", f"{KANA[surname]}　{KANA[given]}"


def number(n):
    return f"{n:04}"


class Exam:
    """Applicants, a key, and true answers (1..5, "" for none, "複数" for a double mark)."""

    def __init__(self, random, subjects, questions, applicants, first=1, kinds=("行政",), blank=0.01):
        self.subjects, self.questions = subjects, questions
        self.key = {s: [random.randint(1, 5) for _ in range(questions)] for s in subjects}
        self.points = {s: [1] * questions for s in subjects}
        self.free = defaultdict(set)      # everybody right
        self.also = defaultdict(dict)     # a second right answer
        self.numbers = [number(first + n) for n in range(applicants)]
        self.kind = {no: kinds[0] if n % 7 or len(kinds) == 1 else kinds[1] for n, no in enumerate(self.numbers)}
        self.absent = set()
        self.answers = {}
        for no in self.numbers:
            ability = random.gauss(0.58, 0.14)
            for s in subjects:
                row = []
                for q in range(questions):
                    if random.random() < blank:
                        row.append("")
                    elif random.random() < ability:
                        row.append(self.key[s][q])
                    else:
                        row.append(random.randint(1, 5))
                self.answers[s, no] = row

    def key_rows(self, messy=False):
        rows = [["正答表"], ["（取扱注意）"], ["科目", "問", "正答", "配点"]] if messy else [["科目", "問", "正答", "配点"]]
        for s in self.subjects:
            for q in range(self.questions):
                right = self.key[s][q]
                if q in self.free[s]:
                    right = "全員正解"
                elif q in self.also[s]:
                    right = f"{min(right, self.also[s][q])},{max(right, self.also[s][q])}"
                elif messy:
                    right = [right, "①②③④⑤"[right - 1], wide(str(right)), float(right)][q % 4]
                label = (q + 1) if not messy else [q + 1, f"問{q + 1}", f"問{wide(str(q + 1))}"][q % 3]
                rows.append([s if not messy or q == 0 else None, label, right, self.points[s][q]])
        return rows

    def list_rows(self, absent_column=True):
        rows = [["受験番号", "氏名", "フリガナ", "試験区分"] + ["出欠"] * absent_column]
        for n, no in enumerate(self.numbers):
            name, kana = person(n)
            mark = ["欠席" if no in self.absent else None] * absent_column
            rows.append([no, name, kana, self.kind[no]] + mark)
        return rows

    def present(self):
        return [no for no in self.numbers if no not in self.absent]

    def long_rows(self, subject, sheets):
        """AIRead: a row a reading. `sheets` is a list of (image, read number, answers, confidences, result)."""
        rows = [LONG_HEAD]
        for n, (image, read, answers, conf, result) in enumerate(sheets):
            head = [f"C:\\scan\\{image}", image, "2024-06-16T13:00:00", f"2024-06-16T13:{n // 60 % 60:02}:{n % 60:02}", "true" if result else "false", "F01"]
            rows.append(head + ["受験番号", 0, 1, 0, read, 98, 120, 80, 200, 40])
            for q, answer in enumerate(answers):
                value = {"": "-1", "複数": "-9999"}.get(answer, str(answer))
                rows.append(head + [f"問{q + 1}", 0, 2, q, value, conf.get(q, 97), 100 + q // 20 * 300, 200 + q % 20 * 30, 20, 20])
        return rows

    def wide_rows(self, sheets):
        rows = [["画像ファイル名", "受験番号"] + [f"問{q + 1}" for q in range(self.questions)] + ["最小確信度"]]
        for image, read, answers, conf, _ in sheets:
            rows.append([image, read] + [{"複数": "1,4"}.get(a, a) for a in answers] + [min(conf.values(), default=95)])
        return rows

    def sheets(self, subject, prefix):
        return [(f"{prefix}{n + 1:03}.jpg", no, list(self.answers[subject, no]), {}, True) for n, no in enumerate(self.present())]

    # ── what must come out ──

    def score(self, subject, no):
        total = 0
        for q, answer in enumerate(self.answers[subject, no]):
            right = {self.key[subject][q], self.also[subject].get(q)}
            if q in self.free[subject] or answer in right:
                total += self.points[subject][q]
        return total

    def expected(self, ratio, passing, cut=30, own_cut=None, by="標準点合計"):
        """Every figure again, with fractions and 60 digits."""
        present = self.present()
        full = {s: sum(self.points[s]) for s in self.subjects}
        line = {s: (own_cut or {}).get(s, Fraction(full[s] * cut, 100)) for s in self.subjects}
        statistics, people = {}, {no: {} for no in present}
        for kind in sorted({self.kind[no] for no in present}):
            group = [no for no in present if self.kind[no] == kind]
            for s in self.subjects:
                marks = {no: self.score(s, no) for no in group}
                mean = Fraction(sum(marks.values()), len(marks))
                variance = sum((m - mean) ** 2 for m in marks.values()) / len(marks)
                sigma = (Decimal(variance.numerator) / Decimal(variance.denominator)).sqrt()
                statistics[f"{kind} {s}"] = {"人数": len(marks), "平均": f"{float(mean):.6f}", "標準偏差": f"{sigma:.6f}",
                                             "最高": max(marks.values()), "最低": min(marks.values()), "基準点": float(line[s]), "満点": full[s]}
                exact_mean = Decimal(mean.numerator) / Decimal(mean.denominator)
                for no, mark in marks.items():
                    if sigma:
                        away = (mark - exact_mean) / sigma
                        deviation = str((50 + 10 * away).quantize(Decimal("0.01"), ROUND_HALF_UP))
                        standard = math.floor((10 * ratio.get(s, 1) * (15 * away + 50)).quantize(Decimal("1e-12")))
                    else:
                        deviation = standard = None
                    people[no][s] = {"素点": mark, "偏差値": deviation, "標準点": standard, "基準点未満": mark < line[s]}
        passed, ties = [], []
        for kind in sorted({self.kind[no] for no in present}):
            group = [no for no in present if self.kind[no] == kind]
            for no in group:
                there = [people[no][s] for s in self.subjects]
                people[no]["素点合計"] = sum(p["素点"] for p in there)
                standards = [p["標準点"] for p in there if p["標準点"] is not None]
                people[no]["標準点合計"] = sum(standards) if standards else None
            for no in group:
                people[no]["順位"] = 1 + sum(people[o][by] > people[no][by] for o in group)
            candidates = [no for no in group if not any(people[no][s]["基準点未満"] for s in self.subjects)]
            places = {no: 1 + sum(people[o][by] > people[no][by] for o in candidates) for no in candidates}
            inside = [no for no in candidates if places[no] <= passing[kind]]
            if len(inside) > passing[kind]:
                ties += [no for no in inside if places[no] == max(places[n] for n in inside)]
            passed += inside
            for no in group:
                people[no]["判定"] = "合格" if no in inside else "不合格" if no in candidates else "基準点未満"
        items = {}
        for s in self.subjects:
            for q in range(self.questions):
                given = Counter(self.answers[s, no][q] for no in present)
                right = sum(n for a, n in given.items() if q in self.free[s] or a in {self.key[s][q], self.also[s].get(q)})
                items[f"{s} {q + 1}"] = {"正答者": right, "無答者": given[""], "複数マーク": given["複数"], "人数": len(present)}
        return {"人": people, "統計": statistics, "設問": items, "合格": sorted(passed), "欠席": sorted(self.absent), "境目の同点": sorted(ties)}

    def free_line(self, ratio, kind, about, **more):
        """A number of passes near `about` that does not cut a tie."""
        for n in range(about, about + 40):
            passing = {k: n if k == kind else 1 for k in set(self.kind.values())}
            result = self.expected(ratio, passing, **more)
            if not [no for no in result["境目の同点"] if self.kind[no] == kind]:
                return n
        raise ValueError("no line without a tie")


def small(random_seed, subjects=("教養",), questions=10, applicants=12):
    exam = Exam(Random(random_seed), list(subjects), questions, applicants, first=101, blank=0)
    return exam


def spring():
    """400 applicants, three subjects, both shapes of CSV, and the whole mess; it ends as done."""
    exam = Exam(Random(2024), ["教養", "専門", "適性"], 40, 400, kinds=("行政", "土木"))
    exam.free["教養"].add(6)
    exam.also["専門"][11] = exam.key["専門"][11] % 5 + 1
    exam.points["専門"] = [2 if q >= 30 else 1 for q in range(40)]
    exam.absent = {"0017", "0123", "0200", "0333", "0398"}
    ratio = {"教養": 2, "専門": 3, "適性": 1}
    case = Case(TASK, "spring-400", "令和6年度採用試験")

    doubles = [("教養", "0023", 16), ("教養", "0124", 3), ("専門", "0045", 9), ("専門", "0301", 39), ("適性", "0078", 0), ("適性", "0256", 20)]
    for s, no, q in doubles:
        exam.answers[s, no][q] = "複数"
    sheets = {s: exam.sheets(s, p) for s, p in (("教養", "p"), ("専門", "q"), ("適性", "r"))}

    def at(subject, no):
        return next(n for n, sheet in enumerate(sheets[subject]) if sheet[1] == no)

    # readings below the confidence wanted
    for n, no in enumerate(["0009", "0031", "0052", "0077", "0091", "0142", "0188", "0222", "0287", "0310", "0377"]):
        sheets["教養"][at("教養", no)][3][(n * 11) % 40] = 31 + n
    # numbers misread: O for 0, l for 1; leading zeros lost when somebody opened the CSV in Excel
    for subject, no, read in [("教養", "0060", "OO60"), ("教養", "0110", "0l10"), ("専門", "0044", "44"), ("適性", "0007", "7"), ("適性", "0250", "０２５０")]:
        n = at(subject, no)
        sheets[subject][n] = (sheets[subject][n][0], read) + sheets[subject][n][2:]
    # a page that failed and was read again; a page that was read twice
    failed = sheets["教養"][at("教養", "0150")]
    sheets["教養"].insert(at("教養", "0150"), ("p150_ng.jpg", "0150", [""] * 40, {}, False))
    twice = sheets["専門"][at("専門", "0099")]
    sheets["専門"].insert(at("専門", "0099") + 1, ("q099_2.jpg",) + twice[1:])
    assert failed[1] == "0150"

    # what the readings got wrong and a person put right
    corrections = [["科目", "受験番号", "問", "訂正後", "確認者", "確認日時", "理由"]]
    for (s, no, q), true in zip(doubles[:2], (exam.key["教養"][16], "")):
        corrections.append([s, no, q + 1, true if true else "-1", "見本　花子", datetime(2024, 6, 17, 10, 5), "消し跡"])
        exam.answers[s, no][q] = true
    corrections.append(["専門", "0400", 5, exam.key["専門"][4] % 5 + 1, "例示　次郎", datetime(2024, 6, 17, 10, 12), "薄いマーク"])
    exam.answers["専門", "0400"][4] = exam.key["専門"][4] % 5 + 1

    case.put("正答表.xlsx", xlsx({"正答": exam.key_rows(messy=True)}))
    case.put("受験者名簿.xlsx", xlsx({"名簿": [["令和6年度採用試験　受験者名簿"], []] + exam.list_rows()}, widths={1: 16, 2: 20}))
    case.put("読取_教養.csv", table(exam.long_rows("教養", sheets["教養"])))
    case.put("読取_専門.csv", table(exam.wide_rows(sheets["専門"])))
    case.put("読取_適性.csv", table(exam.wide_rows(sheets["適性"]), "utf-8", bom=True))
    case.put("訂正表.xlsx", xlsx({"訂正": corrections}))

    passing = {kind: exam.free_line(ratio, kind, about) for kind, about in (("行政", 60), ("土木", 12))}
    (case.root / "case.toml").write_text(
        'now = "2024-06-18T09:00:00"\nstatus = "done"\n\n[settings]\n'
        f'合格予定者数 = ["行政={passing["行政"]}", "土木={passing["土木"]}"]\n', encoding="utf-8")
    case.expect(exam.expected(ratio, passing))


def clean():
    exam = small(7)
    case = Case(TASK, "clean-12", "試験", now="2024-06-18T09:00:00", status="done")
    ratio = {"教養": 2}
    put_sound(case, exam)
    n = exam.free_line(ratio, "行政", 4)
    settle(case, exam, ratio, n)


def settle(case, exam, ratio, passes, status="done", **more):
    settings = {"合格予定者数": [f"行政={passes}"], **more}
    from make_office import toml
    lines = ['now = "2024-06-18T09:00:00"', f'status = "{status}"', "", "[settings]"] + [f"{k} = {toml(v)}" for k, v in settings.items()]
    (case.root / "case.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    if status == "done":
        case.expect(exam.expected(ratio, {"行政": passes}))


def put_sound(case, exam, sheets=None, leave=()):
    if "正答" not in leave:
        case.put("正答表.xlsx", xlsx({"正答": exam.key_rows()}))
    if "名簿" not in leave:
        case.put("受験者名簿.xlsx", xlsx({"名簿": exam.list_rows()}))
    for s in exam.subjects:
        if s not in leave:
            rows = exam.wide_rows((sheets or {}).get(s) or exam.sheets(s, "p"))
            case.put(f"読取_{s}.csv", table(rows))


def two_runs():
    """Two people read the same sheets; three answers differ, one of them is already put right."""
    exam = small(11, applicants=20)
    case = Case(TASK, "two-runs", "試験")
    first, second = exam.sheets("教養", "p"), exam.sheets("教養", "s")
    for n, q in ((3, 2), (8, 5), (15, 9)):
        second[n][2][q] = exam.answers["教養", second[n][1]][q] % 5 + 1
    # in the third the second reader was right
    no, true = second[15][1], second[15][2][9]
    exam.answers["教養", no][9] = true
    case.put("正答表.xlsx", xlsx({"正答": exam.key_rows()}))
    case.put("受験者名簿.xlsx", xlsx({"名簿": exam.list_rows()}))
    case.put("1回目/読取_教養.csv", table(exam.long_rows("教養", first)))
    case.put("2回目/読取_教養.csv", table(exam.wide_rows(second)))
    case.put("訂正表.xlsx", xlsx({"訂正": [["科目", "受験番号", "問", "訂正後", "確認者", "確認日時", "理由"],
                                      ["教養", no, 10, true, "見本　花子", datetime(2024, 6, 17, 9, 30), "2回目が正しい"]]}))
    settle(case, exam, {"教養": 2}, exam.free_line({"教養": 2}, "行政", 6))


def no_attendance():
    """The list does not say who was absent: whoever has no sheet at all was, and it is said. The readings name no image."""
    exam = small(19, ("教養", "専門"), 10, 12)
    exam.absent = {"0104"}
    case = Case(TASK, "no-attendance-column", "試験")
    case.put("正答表.xlsx", xlsx({"正答": exam.key_rows()}))
    case.put("受験者名簿.xlsx", xlsx({"名簿": exam.list_rows(absent_column=False)}))
    for s in exam.subjects:
        rows = [[row[1]] + row[2:-1] for row in exam.wide_rows(exam.sheets(s, "p"))]
        case.put(f"読取_{s}.csv", table(rows, "utf-8"))
    ratio = {"教養": 2, "専門": 3}
    settle(case, exam, ratio, exam.free_line(ratio, "行政", 4))


def sigma_zero():
    """A subject in which everybody has the same mark: no deviation score, and a word about it."""
    exam = small(13, ("教養", "面接"), 5, 10)
    for no in exam.numbers:
        exam.answers["面接", no] = list(exam.key["面接"])
    case = Case(TASK, "sigma-zero", "試験")
    put_sound(case, exam)
    settle(case, exam, {"教養": 2}, exam.free_line({"教養": 2}, "行政", 3), 配点比率=["教養=2", "面接=1"])


def at_the_line():
    """Exactly the cut-off is not below it; one mark less is."""
    exam = small(17, ("教養", "専門"), 10, 10)
    for no, right in (("0101", 3), ("0102", 2)):
        exam.answers["専門", no] = [k if q < right else k % 5 + 1 for q, k in enumerate(exam.key["専門"])]
        exam.answers["教養", no] = list(exam.key["教養"])
    case = Case(TASK, "cut-off-line", "試験")
    put_sound(case, exam)
    ratio = {"教養": 2, "専門": 3}
    settle(case, exam, ratio, exam.free_line(ratio, "行政", 4))


def broken():
    """One thing wrong in each; all but the doubled column and the lost zeros end as returned."""
    ratio = {"教養": 2}

    def returned(name, change=None, passes=None, leave=(), status="returned", **more):
        exam = small(7)
        case = Case(TASK, name, "試験")
        sheets = {"教養": exam.sheets("教養", "p")}
        if change:
            change(case, exam, sheets)
        put_sound(case, exam, sheets, leave)
        settle(case, exam, ratio, passes or exam.free_line(ratio, "行政", 4), status, **more)

    def tie(case, exam, sheets):
        for n in (4, 5, 6):
            exam.answers["教養", exam.numbers[n]] = list(exam.key["教養"])
        sheets["教養"] = exam.sheets("教養", "p")

    returned("tie-at-the-line", tie, passes=2)

    def unknown(case, exam, sheets):
        sheets["教養"][3] = (sheets["教養"][3][0], "0199") + sheets["教養"][3][2:]

    returned("broken-unknown-number", unknown)

    def same(case, exam, sheets):
        image, _, answers, conf, result = sheets["教養"][3]
        sheets["教養"][3] = (image, sheets["教養"][2][1], answers, conf, result)

    returned("broken-two-sheets-one-number", same)

    def absent(case, exam, sheets):
        exam.absent.add(exam.numbers[0])

    returned("broken-absent-with-sheet", absent)
    returned("broken-no-key", leave=("正答",))

    def key(rows):
        return lambda case, exam, sheets: case.put("正答表.xlsx", xlsx({"正答": rows(exam.key_rows())}))

    returned("broken-no-points-column", key(lambda rows: [r[:3] for r in rows]), leave=("正答",))
    returned("two-columns-alike", key(lambda rows: [r[:3] + [r[2]] + r[3:] for r in rows]), leave=("正答",), status="done")
    returned("broken-text-in-points", key(lambda rows: rows[:3] + [rows[3][:3] + ["二点"]] + rows[4:]), leave=("正答",))

    def lost(case, exam, sheets):
        rows = exam.list_rows()
        case.put("受験者名簿.xlsx", xlsx({"名簿": [rows[0]] + [[int(r[0])] + r[1:] for r in rows[1:]]}))

    returned("lost-zeros", lost, leave=("名簿",), status="done")

    def password(case, exam, sheets):
        case.put("受験者名簿.xlsx", with_password(xlsx({"名簿": exam.list_rows()})))

    returned("broken-password", password, leave=("名簿",))

    def nothing(case, exam, sheets):
        case.put("読取_教養.csv", b"")

    returned("broken-zero-bytes", nothing, leave=("教養",))

    def yoshida(case, exam, sheets):
        rows = exam.list_rows()
        rows[3][1] = "𠮷見　花子"
        rows[5][1] = "髙橋　見本"
        case.put("受験者名簿.xlsx", xlsx({"名簿": rows}))

    returned("broken-cp932", yoshida, leave=("名簿",), 取込用CSV="Shift_JIS")


def write():
    spring()
    clean()
    two_runs()
    no_attendance()
    sigma_zero()
    at_the_line()
    broken()
