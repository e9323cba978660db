"""Usual scales in words, each from low to high: ``|`` between steps, commas between words for the same step."""

from __future__ import annotations

from mlwright.frames import bare

_WRITTEN = """
none, no, zero | extremely low, lowest, minimal | very low, vlow | low, lo | below average, medium low, mid low,
lower middle | medium, moderate, mid, middle, average, normal, med, md | above average, medium high, mid high,
upper middle | high, hi | very high, vhigh | extremely high, highest, extreme, critical, maximal

xxxs, 3xs | xxs, 2xs | xs, extra small, x-small, tiny | s, small, sm | m, medium, med, regular | l, large, lg,
big | xl, extra large, x-large, huge | xxl, 2xl, xx-large | xxxl, 3xl | xxxxl, 4xl

terrible, awful | very poor, very bad | poor, bad, po | below average | fair, fa, fr, mediocre | average,
typical, ok, okay, acceptable, satisfactory, sufficient, avg, ta, medium | above average | good, gd | very good,
vg | premium | excellent, ex, exc, outstanding, great, ideal, perfect

never, not at all | almost never, hardly ever, very rarely | rarely, seldom | occasionally | sometimes | often,
frequently | usually, very often, mostly | almost always, nearly always | always

strongly disagree, totally disagree, completely disagree | disagree | somewhat disagree, slightly disagree |
neutral, neither agree nor disagree, undecided, not sure, neither | somewhat agree, slightly agree | agree |
strongly agree, totally agree, completely agree

very dissatisfied, very unsatisfied, extremely dissatisfied | dissatisfied, unsatisfied | somewhat dissatisfied
| neutral, neither satisfied nor dissatisfied | somewhat satisfied | satisfied | very satisfied, extremely
satisfied

very unlikely | unlikely | neutral, possible | likely | very likely

very negative | negative | neutral | positive | very positive

not important, not at all important, unimportant | slightly important | somewhat important | moderately
important | important | very important | extremely important

none, no | trace, minimal | very mild | mild, minor, slight, light | moderate, mod, medium | severe, serious,
major, sev, heavy | very severe, critical, extreme | fatal, catastrophic

debug, trace | info, information, notice | warning, warn | error | critical, fatal, emergency

trivial | minor | normal | major | critical | blocker

preschool, no schooling, kindergarten | primary, primary school, elementary, elementary school, 1st-4th |
5th-6th | 7th-8th, middle school, junior high, lower secondary | 9th | 10th | 11th | 12th, some high school |
high school, hs-grad, high school graduate, secondary, secondary school, upper secondary, high school diploma |
some college, vocational | associate, associates, associate's degree, associate degree, assoc-voc | assoc-acdm |
bachelor, bachelors, bachelor's, bachelor's degree, bachelor degree, undergraduate, college, university,
graduate | master, masters, master's, master's degree, master degree, postgraduate | prof-school, professional |
doctorate, phd, doctoral, doctor, doctorate degree

january, jan | february, feb | march, mar | april, apr | may | june, jun | july, jul | august, aug | september,
sep, sept | october, oct | november, nov | december, dec

monday, mon | tuesday, tue, tues | wednesday, wed | thursday, thu, thur, thurs | friday, fri | saturday, sat |
sunday, sun

bronze | silver | gold | platinum | diamond

freshman | sophomore | junior | senior | graduate

intern, trainee | junior, entry, entry level, entry-level | intermediate, mid, mid level, mid-level, middle |
senior | lead, staff | principal, director, executive

novice, beginner | elementary | intermediate | upper intermediate | advanced | expert, master, proficient

a1 | a2 | b1 | b2 | c1 | c2

baby, infant, newborn | toddler | child, kid | teen, teenager, adolescent, youth | young adult | adult | middle
aged | senior, elderly

hourly | daily | weekly | biweekly, fortnightly | monthly | bimonthly | quarterly | semiannually | yearly,
annually, annual

underweight | normal, normal weight | overweight | obese | severely obese

first | second | third | fourth | fifth | sixth | seventh | eighth | ninth | tenth

one | two | three | four | five | six | seven | eight | nine | ten | eleven | twelve
"""


def _scale(steps: str) -> dict[str, int]:
    return {bare(word): rank for rank, words in enumerate(steps.split("|")) for word in words.split(",")}


SCALES = tuple(_scale(" ".join(steps.split())) for steps in _WRITTEN.strip().split("\n\n"))
"""The rank of each word, bare of case and punctuation, a dict a scale."""
