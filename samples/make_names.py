"""The cases of scripts/privacy-codes, and an independent calculation of what they must give."""

import re
import unicodedata
from datetime import date

from make_office import Case, day, nfd, owner_file, table, with_password, xlsx

TASK = "privacy-codes"
NOW = "2026-06-01T09:00:00"
WEIGHTS = [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]
RULE_HEAD = ["版", "有効開始", "有効終了", "優先", "見る所", "語", "記号"]
RULES = [
    ["2020-04", date(2020, 4, 1), date(2024, 9, 30), 10, "ファイル名", "名簿|台帳", "個"],
    ["2024-10", date(2024, 10, 1), None, 10, "ファイル名", "マイナンバー|特定個人情報", "機3"],
    ["2024-10", date(2024, 10, 1), None, 20, "内容", "マイナンバー", "機3"],
    ["2024-10", date(2024, 10, 1), None, 30, "フォルダー", "人事|健康診断", "機3"],
    ["2024-10", date(2024, 10, 1), None, 40, "ファイル名", "名簿|台帳|成績|申請者", "機2"],
    ["2024-10", date(2024, 10, 1), None, 50, "内容", "氏名|住所|生年月日|電話番号", "機2"],
    ["2024-10", date(2024, 10, 1), None, 60, "フォルダー", "公表|広報", "機1"],
]
CODES = ["機3", "機2", "機1", "個"]


def my_number(eleven):
    rest = sum(int(d) * w for d, w in zip(eleven, WEIGHTS)) % 11
    return eleven + str(0 if rest <= 1 else 11 - rest)


def rules_book(rules=None):
    return xlsx({"記号規則": [["個人情報保護分類記号の規則"], RULE_HEAD] + (rules or RULES)})


def plain():
    return xlsx({"Sheet1": [["品名", "数"], ["コピー用紙", 10], ["封筒", 20]]})


def people():
    return xlsx({"Sheet1": [["氏名", "住所"], ["架空　太郎", "三重県津市広明町１３番地"], ["見本　花子", "三重県四日市市新正四丁目２１－５"]]})


def numbers():
    rows = [["職員番号", "氏名", "個人番号"]]
    for n, name in enumerate(["架空　太郎", "見本　花子", "例示　次郎"]):
        rows.append([f"{n + 1:05}", name, my_number(f"{12345678901 + n * 7919}")])
    return xlsx({"給与": rows})


def unlabelled():
    """Twelve-digit ids, one in ten with a good check digit: no label, no proposal."""
    return table([["管理番号", "状態"]] + [[my_number(f"{24010000000 + n}") if n % 10 == 0 else f"{240100000000 + n * 13}", "在庫"] for n in range(40)])


# ── the plan, computed again ────────────────────────────────────────────────


def code_of(name):
    text = unicodedata.normalize("NFKC", name)
    for code in CODES:
        for pattern in (rf"^{code}_", rf"^[〔【\[(]{code}[〕】\])]_?"):
            if re.match(pattern, text):
                return code
    return ""


def key(name):
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


class Share:
    """A shared folder: path to (content, the class that its name, folder and content ask for)."""

    def __init__(self, case):
        self.case, self.files, self.open = case, {}, {}

    def put(self, path, content=b"", wanted=""):
        self.case.put(path, content)
        self.files[path] = wanted

    def lock(self, path, who):
        folder, _, name = path.rpartition("/")
        self.case.put((folder + "/" if folder else "") + "~$" + name, owner_file(who))
        self.open[path] = who

    def expect(self):
        plan, state = {}, {}
        for path, wanted in self.files.items():
            folder, _, name = path.rpartition("/")
            now = code_of(name)
            if path in self.open:
                state[path] = "後で"
            elif name.endswith(".lnk"):
                state[path] = "対象外"
            elif not wanted:
                state[path] = "変更なし" if now else "対象外"
            elif now and now != wanted:
                state[path] = "確認"
            elif name.startswith(f"{wanted}_"):
                state[path] = "変更なし"
            else:
                bare = re.sub(rf"^[〔【\[(]?{wanted}[〕】\])]_?|^{wanted}_", "", unicodedata.normalize("NFKC", name)) if now else name
                plan[path] = f"{wanted}_{bare}"
                state[path] = "変更"
        targets = {}
        for path in self.files:
            folder, _, name = path.rpartition("/")
            targets.setdefault((folder, key(plan.get(path, name))), []).append(path)
        for path in list(plan):
            folder = path.rpartition("/")[0]
            new = plan[path]
            if len(targets[folder, key(new)]) > 1 or len(new.encode()) > 255:
                del plan[path]
                state[path] = "変更しない"
        counts = {}
        for value in state.values():
            counts[value] = counts.get(value, 0) + 1
        self.case.expect({"変更": {p: n for p, n in sorted(plan.items())}, "可否": counts})


def shared_folder():
    """Some two hundred files, five levels deep, with everything that a share collects over the years."""
    case = Case(TASK, "shared-folder", "共有", now=NOW, status="done")
    share = Share(case)
    case.put("記号規則.xlsx", rules_book())
    paper, folk, secret = plain(), people(), numbers()

    departments = ["総務課", "税務課", "福祉課", "教育総務課"]
    for d, department in enumerate(departments):
        for year in ("令和4年度", "令和5年度"):
            base = f"{department}/{year}"
            for month in range(4, 10):
                share.put(f"{base}/物品/{month}月_物品一覧.xlsx", paper)
                share.put(f"{base}/名簿/{month}月_受講者名簿.xlsx", folk, "機2")
            share.put(f"{base}/申請/受付/添付/申請者台帳.csv", table([["受付番号", "氏名"], ["1", "架空　太郎"]]), "機2")
            share.put(f"{base}/申請/受付/添付/整理.csv", table([["氏名", "電話番号"], ["例示　次郎", "059-000-0000"]]), "機2")
            share.put(f"{base}/申請/受付/添付/管理番号.csv", unlabelled())
            share.put(f"{base}/公表/結果概要.txt", "公表資料".encode(), "機1")
            share.put(f"{base}/会議/次第.txt", "次第".encode())
            share.put(f"{base}/会議/機2歯車の検討.txt", "機械の話".encode())
    share.put("総務課/人事/異動案.xlsx", paper, "機3")
    share.put("総務課/人事/健康診断/結果.xlsx", folk, "機3")
    share.put("総務課/給与/控除一覧.xlsx", secret, "機3")
    share.put("総務課/給与/特定個人情報取扱規程.txt", "規程".encode(), "機3")

    # has one already: the same (also written otherwise), another one, an old one
    share.put("福祉課/機2_受給者名簿.xlsx", folk, "機2")
    share.put("福祉課/【機2】利用者名簿.xlsx", folk, "機2")
    share.put("福祉課/機２＿相談者名簿.xlsx", folk, "機2")
    share.put("福祉課/機3_相談者台帳.xlsx", folk, "機2")
    share.put("福祉課/個_古い名簿.xlsx", folk, "機2")
    # two names that would become one: NFC and NFD, upper and lower case
    share.put("税務課/納税者名簿データ.xlsx", folk, "機2")
    share.put("税務課/" + nfd("納税者名簿データ.xlsx"), folk, "機2")
    share.put("税務課/名簿ABC.xlsx", folk, "機2")
    share.put("税務課/名簿abc.xlsx", folk, "機2")
    # the new name is taken
    share.put("税務課/台帳.xlsx", folk, "機2")
    share.put("税務課/機2_台帳.xlsx", folk, "機2")
    # made on a Mac, alone in its folder
    share.put("教育総務課/" + nfd("パルスオキシメータ貸出名簿.xlsx"), folk, "機2")
    # too long with the symbol; exactly long enough
    share.put("教育総務課/" + "長" * 81 + "名簿.txt", b"", "機2")
    share.put("教育総務課/" + "長" * 80 + "名簿.txt", b"", "機2")
    # odd names, shortcuts, what cannot be read
    share.put("教育総務課/名簿 .xlsx", folk, "機2")
    share.put("教育総務課/名簿へのショートカット.lnk", b"L\0\0\0")
    share.put("教育総務課/鍵つき.xlsx", with_password(folk))
    share.put("教育総務課/こわれた表.xlsx", folk[:200])
    share.put("教育総務課/空の名簿.xlsx", b"", "機2")
    # open at the moment
    share.put("教育総務課/作業中の名簿.xlsx", folk, "機2")
    share.lock("教育総務課/作業中の名簿.xlsx", "三重")
    share.put("教育総務課/成績一覧.xlsx", folk, "機2")
    share.lock("教育総務課/成績一覧.xlsx", "試験 一子")
    share.expect()


def small():
    case = Case(TASK, "clean-few", "係", now=NOW, status="done")
    share = Share(case)
    share.put("受講者名簿.xlsx", people(), "機2")
    share.put("物品一覧.xlsx", plain())
    share.put("公表/結果.txt", b"", "機1")
    share.expect()


def remove():
    """Off again; what only looks like a symbol survives."""
    case = Case(TASK, "remove", "係", now=NOW, status="done", settings={"操作": "外す"})
    names = {"機2_受講者名簿.xlsx": "受講者名簿.xlsx", "【機3】控除.xlsx": "控除.xlsx", "機1_公表/結果.txt": None, "個人情報一覧.xlsx": None,
             "機2歯車.txt": None, "公表/機1_結果.txt": "機1_結果.txt"[3:], "個_古い名簿.xlsx": "古い名簿.xlsx"}
    for path in names:
        case.put(path, plain() if path.endswith("xlsx") else b"")
    case.expect({"変更": {p: n for p, n in names.items() if n}})


def replace():
    case = Case(TASK, "replace", "係", now=NOW, status="done", settings={"操作": "置き換える", "置き換え前": "個", "置き換え後": "機2"})
    names = {"個_名簿.xlsx": "機2_名簿.xlsx", "【個】台帳.xlsx": "機2_台帳.xlsx", "機3_控除.xlsx": None, "個人情報一覧.xlsx": None}
    for path in names:
        case.put(path, plain())
    case.expect({"変更": {p: n for p, n in names.items() if n}})


def look():
    """Only look: nothing is renamed, what lacks a symbol is listed."""
    case = Case(TASK, "look-only", "係", now=NOW, status="done", settings={"操作": "調べる"})
    for path, content in {"控除一覧.xlsx": numbers(), "連絡先.xlsx": people(), "物品一覧.xlsx": plain(), "機2_名簿.xlsx": people(), "管理番号.csv": unlabelled()}.items():
        case.put(path, content)
    case.expect({"変更": {}, "知らせる": {"控除一覧.xlsx": "機3", "連絡先.xlsx": "機2"}})


def broken():
    def returned(name, rules=None, settings=None, content=None):
        case = Case(TASK, name, "係", now=NOW, status="returned", settings=settings)
        if content is not None or rules:
            case.put("記号規則.xlsx", content if content is not None else rules_book(rules))
        case.put("受講者名簿.xlsx", people())

    returned("broken-two-versions", [RULES[0][:2] + [None] + RULES[0][3:]] + RULES[1:])
    returned("broken-no-version", [r[:2] + [date(2025, 3, 31)] + r[3:] for r in RULES])
    returned("broken-rule-table", [RULES[1][:4] + ["ファイルめい"] + RULES[1][5:], RULES[2][:3] + ["ご"] + RULES[2][4:], RULES[3][:1] + ["6.4.1"] + RULES[3][2:]])
    returned("broken-operation", settings={"操作": "消す"})
    returned("broken-rules-zero-bytes", content=b"")


def write():
    shared_folder()
    small()
    remove()
    replace()
    look()
    broken()
