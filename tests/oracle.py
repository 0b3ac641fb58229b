"""An independent evaluator of rule documents: plain recursion over YAML values, nothing shared with the engine.

Truth is True, False or None; ordered values are pairs of ends with infinities; the rest are sets.
"""

from calendar import monthrange
from datetime import date, timedelta
from math import inf

FAR = 10**9


def evaluate(documents, facts, *, presume=True):
    """Return the finding, the statuses of criteria and limits, and the guideline of one item."""
    return Oracle(documents, facts, presume=presume).result()


class Oracle:
    def __init__(self, documents, facts, *, presume):
        self.vocabulary = documents["vocabulary"]["facts"]
        self.roles = documents["vocabulary"]["roles"]
        self.shared = documents["definitions"]
        self.guidelines = documents["guidelines"]
        self.stated = facts
        self.presume = presume

    def result(self):
        day = self.edition_day()
        treatment = self.known("request.treatment", self.shared)
        candidates, governing = [], []
        own = {}
        for g in self.guidelines:
            covers = truth_subset(treatment, set(g["covers"]))
            low = ordinal(g["in_force"]["from"])
            high = ordinal(g["in_force"]["until"]) if "until" in g["in_force"] else inf
            in_force = within(day, low, high)
            governs = True
            if covers is not False and in_force is not False and "governs_when" in g:
                governs = self.condition(g["governs_when"], self.scope(g))
            own[g["guideline"]] = conj([covers, in_force, governs])
            governing += [(set(g["covers"]), low, high)] if governs is True else []
        for g in self.guidelines:
            alone = own[g["guideline"]]
            above = [
                own[o["guideline"]] for o in self.guidelines if g["guideline"] in o.get("takes_precedence_over", [])
            ]
            governs = conj([alone, neg(disj(above))])
            if governs is not False:
                candidates.append(g)
        outcomes = [(g["guideline"], *self.edition(g)) for g in candidates]
        given = [(o[1], o[4]) for o in outcomes] + (
            [] if always_covered(treatment, day, governing) else [("not_covered", None)]
        )
        findings = {f for f, _ in given}
        if self.nothing_in_dispute():
            finding = "nothing_in_dispute"
        elif len(findings) == 1 and ("meets_in_part" not in findings or len({u for _, u in given}) == 1):
            finding = findings.pop()
        elif findings <= {"does_not_meet", "part_can_meet", "meets_in_part"}:
            finding = "part_can_meet"
        else:
            finding = "whole_can_meet"
        return finding, {name: (criteria, limits) for name, _, criteria, limits, _ in outcomes}

    def edition_day(self):
        requested, served = (self.known(n, self.shared) for n in ("request.date", "service.date"))
        if self.known("request.retrospective", self.shared) == {True}:
            low, high = served
        else:
            low, high = min(requested[0], served[0]), min(requested[1], served[1])
        since = self.known(self.roles["injury_date"], self.shared)[0] if "injury_date" in self.roles else -inf
        return (since, high) if low < since <= high else (low, high)

    def nothing_in_dispute(self):
        requested = self.known("request.visits", self.shared)
        return requested[0] >= 1 and self.known("request.visits_disputed", self.shared)[1] <= 0

    def scope(self, g):
        return {
            "definitions": {**self.shared["definitions"], **{d["fact"]: d for d in g.get("definitions", [])}},
            "tables": {t["id"]: t for t in g.get("tables", [])},
        }

    def edition(self, g):
        scope = self.scope(g)
        criteria = {c["id"]: self.criterion(c, scope) for c in g.get("criteria", [])}
        required = [criteria[c["id"]] for c in g.get("criteria", []) if not c.get("advisory")]
        limits, lefts = {}, {}
        for limit in g.get("limits", []):
            limits[limit["id"]], lefts[limit["id"]] = self.limit(limit, scope)
        units = None
        if self.nothing_in_dispute():
            finding = "nothing_in_dispute"
        elif "not_encoded" in g:
            finding = "not_covered"
        elif "not_met" in required or "none_left" in limits.values():
            finding = "does_not_meet"
        elif (
            "undetermined" in required
            or "undetermined" in limits.values()
            or any(s == "exceeded" and lefts[n][0] != lefts[n][1] for n, s in limits.items())
        ):
            finding = "part_can_meet" if "exceeded" in limits.values() else "whole_can_meet"
        elif "exceeded" in limits.values():
            finding = "meets_in_part"
            units = min(lefts[n][1] for n, s in limits.items() if s == "exceeded")
        else:
            finding = "meets"
        failed = {"exceeded", "none_left"}
        with_left = {n: (s, lefts[n] if s in failed else None) for n, s in limits.items()}
        return finding, criteria, with_left, units

    def criterion(self, c, scope):
        applies = self.condition(c["applies_when"], scope) if "applies_when" in c else True
        if applies is False:
            return "not_applicable"
        truth = disj([neg(applies), self.condition(c["met_when"], scope)])
        return {True: "met", False: "not_met", None: "undetermined"}[truth]

    def limit(self, limit, scope):
        active = self.condition(limit["applies_when"], scope) if "applies_when" in limit else True
        if "unless" in limit:
            active = conj([active, neg(self.condition(limit["unless"], scope))])
        cap = limit["at_most"]
        if isinstance(cap, str):
            active = conj([active, self.is_given(cap, scope)])
            cap = self.known(cap, scope)
        else:
            cap = (cap, cap)
        counting = limit.get("counting", [])
        counting = [
            one if isinstance(one, str) else one["fact"]
            for one in ([counting] if isinstance(counting, str) else counting)
        ]
        prior = [self.known(n, scope) for n in counting]
        # Units had before are never fewer than none, whatever a computed fact among them comes to.
        prior = [(max(0, low), max(0, high)) for low, high in prior]
        left = (max(0, cap[0] - sum(p[1] for p in prior)), max(0, cap[1] - sum(p[0] for p in prior)))
        asked = self.known(limit["of"], scope)
        if active is False:
            return "not_applicable", left
        if asked[1] <= left[0] or self.whole_suffices(limit, cap, counting, scope):
            return "within", left
        if active is True and asked[0] > left[1]:
            return ("none_left" if left[1] <= 0 else "exceeded"), left
        return "undetermined", left

    def whole_suffices(self, limit, cap, counting, scope):
        """Authorized units are counted and are not in dispute: whatever their number, it may be left out."""
        authorized = self.roles["units_authorized"]
        stated = [s for s in self.stated.get(limit["of"], []) if s]
        if limit["of"] != self.roles["units_disputed"] or authorized not in counting or stated:
            return False
        prior = sum(max(0, self.known(n, scope)[1]) for n in counting if n != authorized)
        return max(0, cap[0] - prior) >= self.known(self.roles["units_requested"], scope)[1]

    def is_given(self, name, scope):
        definition = scope["definitions"].get(name, {})
        if "lookup" not in definition:
            return True
        table, output = scope["tables"][definition["lookup"]["table"]], definition["lookup"]["output"]
        rows = self.reached(table, scope)
        some_holds = any(truth is True for _, truth in self.rows(table, scope))
        possible = [output in r.get("then", {}) for r, t in rows if t is not False]
        certain = [output in r.get("then", {}) for r, t in rows if t is True]
        largest = table.get("hit_policy") == "max"
        if (any(certain) if largest else bool(certain) and all(certain)) or (
            any("otherwise" in r for r, _ in self.rows(table, scope)) and all(possible)
        ):
            return True
        if table.get("hit_policy") == "first" and some_holds and all(possible):
            return True
        complete = some_holds or "without_row" in table or any("otherwise" in r for r in table["rows"])
        if (not any(possible) and complete) or (certain and not largest and not any(certain)):
            return False
        return None

    def rows(self, table, scope):
        found = [(r, self.condition(r["when"], scope)) for r in table["rows"] if "when" in r]
        rest = neg(disj([t for _, t in found])) if found else True
        return [(r, rest if "otherwise" in r else next(t for s, t in found if s is r)) for r in table["rows"]]

    def reached(self, table, scope):
        """The rows that may count: of a table whose first row counts, those up to one that holds for certain."""
        rows = self.rows(table, scope)
        if table.get("hit_policy") == "first":
            certain = [n for n, (_, truth) in enumerate(rows) if truth is True]
            rows = rows[: certain[0] + 1] if certain else rows
            alone = len([1 for _, truth in rows if truth is not False]) == 1
            rows = [(r, None if truth is True and not alone else truth) for r, truth in rows]
        return rows

    def known(self, name, scope):
        definitions = scope["definitions"]
        if name not in definitions:
            return self.base(name)
        by_definition = self.defined(definitions[name], scope)
        said = [s for s in self.stated.get(name, []) if s != "not_documented"]
        if not said:
            return by_definition
        kind = "boolean" if "met_when" in definitions[name] else "integer"
        stated = hull([value(kind, s, self.vocabulary.get(name)) for s in said])
        if is_wide(stated):
            return by_definition
        if is_wide(by_definition) or contains(by_definition, stated):
            return stated
        return hull([by_definition, stated])

    def base(self, name):
        if name == self.roles["service_date"]:
            return self.served()
        if name == self.roles["retrospective"]:
            return self.retrospective()
        if name in {self.roles.get(one) for one in ("units_requested", "units_scheduled", "schedule_agrees")}:
            return self.of_schedule(name)
        if name == self.roles.get("surgery_performed") and self.day_tells_of_surgery() is not None:
            return {self.day_tells_of_surgery()}
        if name == self.roles.get("surgery_visits") and self.is_before_aftercare():
            return (0, 0)
        told = self.told(name)
        if self.is_narrowed(name) and told == domain(self.vocabulary[name]):
            return self.members_beside(name) or told
        return told

    def day_tells_of_surgery(self):
        """Whether the surgery was done, by its day and that of the service; None where something is said, or neither."""
        date, done = self.roles.get("surgery_date"), self.roles.get("surgery_performed")
        if date is None or done is None or not self.gives(date) or self.gives(done):
            return None
        (first, last), (low, high) = self.told(date), self.served()
        return True if last <= low else False if first > high else None

    def is_before_aftercare(self):
        """Whether no aftercare can have been had, and none is said."""
        return self.day_tells_of_surgery() is False and not self.gives(self.roles["surgery_visits"])

    def is_narrowed(self, name):
        """Whether another fact that is given tells which members a fact may have."""
        narrowing = self.vocabulary.get(name, {}).get("narrowed_by")
        return narrowing is not None and self.gives(narrowing["fact"])

    def members_beside(self, name):
        """The members that go with one that the other fact may hold; one named beside none of them goes with all."""
        entry = self.vocabulary[name]
        lists = entry["narrowed_by"]["members"]
        named = set().union(*lists.values())
        other = self.told(entry["narrowed_by"]["fact"])
        held = other if isinstance(other, set) else set().union(*split(other))
        return {m for m in entry["members"] if m not in named or any(m in lists.get(h, named) for h in held)}

    def of_schedule(self, name):
        """What is requested, what frequency and duration come to, and whether the two agree."""
        own, weekly, length = self.told(name), self.roles.get("units_per_week"), self.roles.get("course_length")
        if weekly is None or not (self.gives(weekly) and self.gives(length)):
            return own
        (low, high), (least, most) = self.told(length), self.told(weekly)
        week = (least, min(most, domain(self.vocabulary[weekly])[1]))
        no_months = low == high or low < 28 or (low % 7 == 0 and (high == inf or high % 7 == 0))
        first = low if no_months else 7 * round(low * 16 / 121.75)
        scheduled = (max(1, week[0] * first // 7), inf if high == inf else max(1, -(-week[1] * high // 7)))
        units = self.told(self.roles["units_requested"])
        given = self.gives(self.roles["units_requested"])
        disagree = given and (units[1] < scheduled[0] or scheduled[1] < units[0])
        if name == self.roles["units_requested"]:
            return hull([units, scheduled]) if disagree else units if given else scheduled
        if self.gives(name):
            return own
        return scheduled if name == self.roles["units_scheduled"] else {not disagree}

    def follows(self, name):
        """Whether a fact follows from frequency and duration, or from the day of the surgery, where those are given."""
        if name == self.roles.get("surgery_performed"):
            return self.day_tells_of_surgery() is not None
        if name == self.roles.get("surgery_visits"):
            return self.is_before_aftercare()
        if name not in {self.roles.get(one) for one in ("units_requested", "units_scheduled", "schedule_agrees")}:
            return False
        return all(self.gives(self.roles[one]) for one in ("units_per_week", "course_length") if one in self.roles)

    def gives(self, name):
        """Whether a source gives a value of the fact that leaves out some other."""
        valued = [s for s in self.stated.get(name, []) if s != "not_documented"]
        return bool(valued) and self.told(name) != domain(self.vocabulary[name])

    def retrospective(self):
        """What is said; else, of two dates that are given, whether the service came first."""
        requested, served = self.roles["request_date"], self.roles["service_date"]
        if self.gives(self.roles["retrospective"]) or not (self.gives(requested) and self.gives(served)):
            return self.told(self.roles["retrospective"])
        (first, last), (low, high) = self.told(requested), self.told(served)
        return {True} if high < first else {False} if low >= last else {True, False}

    def served(self):
        """The day of the service; where none is given that of the request, or any day from the injury to it."""
        name = self.roles["service_date"]
        requested = self.told(self.roles["request_date"])
        injury = self.roles.get("injury_date")
        since = (self.told(injury) if injury else (-inf, inf))[0]
        if self.gives(name):
            low, high = self.told(name)
            narrower = (max(low, since), min(high, requested[1]))
            is_so = self.retrospective() == {True} and narrower[0] <= narrower[1]
            return narrower if is_so else (low, high)
        if self.retrospective() == {False}:
            return requested
        return (since, requested[1])

    def told(self, name):
        entry = self.vocabulary[name]
        said = self.stated.get(name, [])
        valued = [value(entry["type"], s, entry) for s in said if s != "not_documented"]
        if valued:
            result = hull(valued)
        elif said and entry.get("documentation"):
            result = {False}
        elif not said and self.presume and "presume" in entry and not (self.speaks_of(name) or self.is_barred(entry)):
            result = value(entry["type"], entry["presume"], entry)
        else:
            result = domain(entry)
        return result

    def is_barred(self, entry):
        """Whether something is stated that bars the presumption: at all, or so that it may be true."""
        barring = [one for one in entry.get("presume_barred_by", []) if one in self.stated]
        return bool(barring) or any(
            one in self.stated and True in self.told(one) for one in entry.get("presume_barred_if", [])
        )

    def speaks_of(self, name):
        """Whether a source states anything that is defined, in whatever guideline, from this base fact."""
        scopes = [self.scope(g) for g in self.guidelines]
        return any(self.rests_on(stated, name, scope) for stated in self.stated for scope in scopes)

    def rests_on(self, defined, name, scope):
        if defined not in scope["definitions"]:
            return False
        read = read_facts(scope["definitions"][defined], scope)
        return name in read or any(self.rests_on(inner, name, scope) for inner in read)

    def defined(self, d, scope):
        if "met_when" in d:
            truth = self.condition(d["met_when"], scope)
            return {True, False} if truth is None else {truth}
        if "sum" in d:
            parts = [self.operand(o, scope) for o in d["sum"]]
            return (sum(p[0] for p in parts), sum(p[1] for p in parts))
        if "difference" in d:
            a, b = (self.operand(o, scope) for o in d["difference"])
            return (a[0] - b[1], a[1] - b[0])
        if "product" in d:
            total = (1, 1)
            for part in (self.operand(o, scope) for o in d["product"]):
                corners = [0 if not x or not y else x * y for x in total for y in part]
                total = (min(corners), max(corners))
            return total
        if "elapsed" in d:
            a, b = self.known(d["elapsed"]["from"], scope), self.known(d["elapsed"]["to"], scope)
            return {"elapsed": (a, b)}
        return self.looked(d["lookup"], scope)

    def looked(self, lookup, scope):
        table = scope["tables"][lookup["table"]]
        figure = {id(r): r.get("then", {}).get(lookup["output"]) for r in table["rows"]}
        rows = [
            (figure[id(r)], t) for r, t in self.reached(table, scope) if figure[id(r)] is not None and t is not False
        ]
        complete = "without_row" in table or any("otherwise" in r for r in table["rows"])
        if not rows or not (complete or any(truth is True for _, truth in self.rows(table, scope))):
            return (-inf, inf)
        certain = [f for f, t in rows if t is True]
        if table.get("hit_policy") == "max":
            low = max(certain) if certain else min(f for f, _ in rows)
            return (low, max(f for f, _ in rows))
        used = certain or [f for f, _ in rows]
        return (min(used), max(used))

    def operand(self, operand, scope):
        return (operand, operand) if isinstance(operand, int) else self.known(operand, scope)

    def condition(self, condition, scope):
        truths = []
        for key, below in condition.items():
            if key == "all":
                truths.append(conj([self.condition(c, scope) for c in below]))
            elif key == "any":
                truths.append(disj([self.condition(c, scope) for c in below]))
            elif key == "not":
                truths.append(neg(self.condition(below, scope)))
            elif key == "at_least_of":
                parts = [self.condition(c, scope) for c in below["parts"]]
                yes, maybe = parts.count(True), parts.count(None)
                truths.append(True if yes >= below["n"] else None if yes + maybe >= below["n"] else False)
            else:
                truths.append(self.test(key, below, scope))
        return conj(truths)

    def test(self, name, test, scope):
        known = self.known(name, scope)
        if test == {"documented": True}:
            entry = self.vocabulary.get(name, {})
            own = [s for s in self.stated.get(name, []) if s != "not_documented"]
            # A document that was looked for and not found is an answer.
            own = own or (entry.get("documentation") and self.stated.get(name))
            told = own or self.follows(name) or self.is_narrowed(name)
            return True if told and not is_domain(known, entry) else None
        if isinstance(known, dict):
            return elapsed_test(known["elapsed"], test)
        if isinstance(known, set):
            members = set(test["in"]) if isinstance(test, dict) else {test}
            return truth_subset(known, members)
        if isinstance(known, frozenset):
            sure, maybe = split(known)
            if isinstance(test, dict) and "has_all" in test:
                wanted = set(test["has_all"])
                return True if wanted <= sure else None if wanted <= sure | maybe else False
            members = set(test["in"]) if isinstance(test, dict) else {test}
            return True if sure & members else None if maybe & members else False
        if not isinstance(test, dict):
            test = {"at_least": test, "at_most": test}
        return conj([bound(known, key, figure) for key, figure in test.items()])


def read_facts(d, scope):
    """The facts that a definition names directly."""
    if "met_when" in d:
        return names_in(d["met_when"])
    if "elapsed" in d:
        return {d["elapsed"]["from"], d["elapsed"]["to"]}
    if "lookup" in d:
        rows = scope["tables"][d["lookup"]["table"]]["rows"]
        return set().union(*(names_in(r["when"]) for r in rows if "when" in r))
    operands = d.get("sum") or d.get("difference") or d["product"]
    return {o for o in operands if isinstance(o, str)}


def names_in(condition):
    found = set()
    for key, below in condition.items():
        if key in {"all", "any"}:
            found |= set().union(*(names_in(c) for c in below))
        elif key == "not":
            found |= names_in(below)
        elif key == "at_least_of":
            found |= set().union(*(names_in(c) for c in below["parts"]))
        else:
            found.add(key)
    return found


def always_covered(treatments, day, governing):
    """Whether on each possible day, for each possible treatment, some edition governs: tried at every boundary."""
    edges = {d + step for _, low, high in governing for d in (low, high) for step in (-1, 0, 1)}
    tried = [d for d in {*edges, *day} if day[0] <= d <= day[1]]
    return all(
        any(t in covers and low <= d <= high for covers, low, high in governing) for t in treatments for d in tried
    )


def elapsed_test(ends, test):
    ((key, words),) = test.items()
    (start_low, start_high), (end_low, end_high) = ends
    assert key in {"at_most", "more_than"}
    # The latest day that is still at most so long after a start: ages grow with the end, shrink with the start.
    at_most_all = start_low > -inf and end_high < inf and end_high <= later(start_low, words)
    at_most_none = start_high < inf and end_low > -inf and end_low > later(start_high, words)
    truth = True if at_most_all else False if at_most_none else None
    return truth if key == "at_most" else neg(truth)


def later(day, words):
    number, unit = words.split()
    if unit.startswith("day"):
        return day + int(number)
    if unit.startswith("week"):
        return day + 7 * int(number)
    start = date.fromordinal(int(day))
    months = int(number) * (12 if unit.startswith("year") else 1)
    year, month = start.year, start.month
    for _ in range(months):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return date(year, month, min(start.day, monthrange(year, month)[1])).toordinal()


def bound(known, key, figure):
    figure = figure if isinstance(figure, int) else in_days(figure) if " " in figure else ordinal(figure)
    low, high = known
    if key == "at_least":
        return True if low >= figure else False if high < figure else None
    if key == "at_most":
        return True if high <= figure else False if low > figure else None
    if key == "more_than":
        return True if low > figure else False if high <= figure else None
    return True if high < figure else False if low >= figure else None


def within(known, low, high):
    if known[0] >= low and known[1] <= high:
        return True
    return False if known[1] < low or known[0] > high else None


def truth_subset(known, members):
    return True if known <= members else None if known & members else False


def value(kind, plain, entry):
    if isinstance(plain, dict) and "one_of" in plain:
        return set(plain["one_of"])
    if kind in {"boolean", "one_of"}:
        return {plain}
    if kind == "set_of":
        return join(set(plain), set(plain))
    if isinstance(plain, dict):
        floor = entry.get("at_least", -inf) if entry and kind == "integer" else -inf
        low = value(kind, plain["at_least"], entry)[0] if "at_least" in plain else floor
        high = value(kind, plain["at_most"], entry)[1] if "at_most" in plain else inf
        return (low, high)
    if kind == "date":
        return month(plain)
    if kind == "period":
        return (in_days(plain), in_days(plain))
    return (plain, plain)


def in_days(words):
    number, unit = words.split()
    return int(number) * (7 if unit.startswith("week") else 1)


def month(text):
    if len(text) == 7:
        year, number = map(int, text.split("-"))
        first = date(year, number, 1)
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        return (first.toordinal(), last.toordinal())
    return (ordinal(text), ordinal(text))


def ordinal(text):
    return (text if isinstance(text, date) else date.fromisoformat(text)).toordinal()


def domain(entry):
    kind = entry["type"]
    if kind == "boolean":
        return {True, False}
    if kind == "one_of":
        return set(entry["members"])
    if kind == "set_of":
        return join(set(), set(entry["members"]))
    if kind == "period":
        return (0, inf)
    return (entry.get("at_least", -inf), entry.get("at_most", inf))


def is_domain(known, entry):
    return bool(entry) and known == domain(entry)


def is_wide(known):
    return known in ({True, False}, (-inf, inf))


def contains(outer, inner):
    if isinstance(outer, set):
        return inner <= outer
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def hull(values):
    first = values[0]
    if isinstance(first, set):
        return set().union(*values)
    if isinstance(first, frozenset):
        pairs = [split(v) for v in values]
        return join(set.intersection(*(s for s, _ in pairs)), set.union(*(m for _, m in pairs)))
    return (min(v[0] for v in values), max(v[1] for v in values))


def join(sure, maybe):
    return frozenset({("sure", m) for m in sure} | {("maybe", m) for m in maybe})


def split(known):
    return {m for k, m in known if k == "sure"}, {m for k, m in known if k == "maybe"}


def conj(truths):
    return False if False in truths else None if None in truths else True


def disj(truths):
    return True if True in truths else None if None in truths else False


def neg(truth):
    return None if truth is None else not truth
