"""Units as they are written, by what they measure, each with its factor to the first of its family."""

from __future__ import annotations

PERCENT = {"%": 1.0, "percent": 1.0, "pct": 1.0, "per cent": 1.0}
LENGTH = {
    **dict.fromkeys(("m", "meter", "meters", "metre", "metres"), 1.0),
    **dict.fromkeys(("mm", "millimeter", "millimeters", "millimetres"), 0.001),
    **dict.fromkeys(("cm", "centimeter", "centimeters", "centimetres"), 0.01),
    "dm": 0.1,
    **dict.fromkeys(("km", "kms", "kilometer", "kilometers", "kilometre", "kilometres"), 1000.0),
    **dict.fromkeys(("in", "inch", "inches", '"'), 0.0254),
    **dict.fromkeys(("ft", "foot", "feet", "'"), 0.3048),
    **dict.fromkeys(("yd", "yard", "yards"), 0.9144),
    **dict.fromkeys(("mi", "mile", "miles"), 1609.344),
    "nm": 1e-9,
    "\u03bcm": 1e-6,
}
MASS = {
    **dict.fromkeys(("kg", "kgs", "kilo", "kilos", "kilogram", "kilograms"), 1.0),
    **dict.fromkeys(("g", "gr", "gram", "grams", "gm"), 0.001),
    **dict.fromkeys(("mg", "milligram", "milligrams"), 1e-6),
    **dict.fromkeys(("t", "ton", "tons", "tonne", "tonnes"), 1000.0),
    **dict.fromkeys(("lb", "lbs", "pound", "pounds"), 0.45359237),
    **dict.fromkeys(("oz", "ounce", "ounces"), 0.028349523125),
}
VOLUME = {
    **dict.fromkeys(("l", "L", "liter", "liters", "litre", "litres", "ltr"), 1.0),
    **dict.fromkeys(("ml", "mL", "milliliter", "milliliters"), 0.001),
    **dict.fromkeys(("cl", "cL"), 0.01),
    **dict.fromkeys(("dl", "dL"), 0.1),
    **dict.fromkeys(("cc", "ccm", "cm3", "cm\u00b3"), 0.001),
    **dict.fromkeys(("gal", "gallon", "gallons"), 3.785411784),
    **dict.fromkeys(("m3", "m\u00b3"), 1000.0),
}
TIME = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds", "sek"), 1.0),
    **dict.fromkeys(("ms", "msec", "millisecond", "milliseconds"), 0.001),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "std"), 3600.0),
    **dict.fromkeys(("d", "day", "days"), 86_400.0),
    **dict.fromkeys(("w", "wk", "wks", "week", "weeks"), 604_800.0),
}
LONG_TIME = {
    **dict.fromkeys(("month", "months", "mo", "mos", "mths"), 1.0),
    **dict.fromkeys(("year", "years", "yr", "yrs"), 12.0),
}
BYTES = {
    **dict.fromkeys(("B", "byte", "bytes"), 1.0),
    **dict.fromkeys(("KB", "kB"), 1e3),
    "MB": 1e6,
    "GB": 1e9,
    "TB": 1e12,
    "KiB": 1024.0,
    "MiB": 1024.0**2,
    "GiB": 1024.0**3,
}
AREA = {
    **dict.fromkeys(("m2", "m\u00b2", "sqm", "sq m", "qm"), 1.0),
    **dict.fromkeys(("ft2", "ft\u00b2", "sqft", "sq ft", "sq. ft.", "sq.ft."), 0.09290304),
    **dict.fromkeys(("ha", "hectare", "hectares"), 1e4),
    **dict.fromkeys(("acre", "acres"), 4046.8564224),
    **dict.fromkeys(("km2", "km\u00b2", "sq km"), 1e6),
}
SPEED = {
    **dict.fromkeys(("km/h", "kmh", "kph"), 1.0),
    "mph": 1.609344,
    "m/s": 3.6,
    **dict.fromkeys(("kn", "kt", "kts", "knots"), 1.852),
}
POWER = {"W": 1.0, "kW": 1e3, "KW": 1e3, "MW": 1e6}
ENERGY = {"Wh": 1.0, "kWh": 1e3, "MWh": 1e6}
FREQUENCY = {"Hz": 1.0, "kHz": 1e3, "KHz": 1e3, "MHz": 1e6, "GHz": 1e9}
FAMILIES = (
    PERCENT,
    LENGTH,
    MASS,
    VOLUME,
    TIME,
    LONG_TIME,
    BYTES,
    AREA,
    SPEED,
    POWER,
    ENERGY,
    FREQUENCY,
    {"kcal": 1.0, "cal": 0.001},
    {"bar": 1.0, "hPa": 0.001, "mbar": 0.001, "psi": 0.0689475729},
)
"""The first that holds all units of a column is meant: "m" alone is metres, beside "h" it is minutes."""
ALONE = (
    "\u00b0C",
    "\u00b0F",
    "\u00b0",
    "K",
    "C",
    "F",
    "hp",
    "PS",
    "bhp",
    "px",
    "pt",
    "dB",
    "lx",
    "lm",
    "V",
    "A",
    "mAh",
)
"""Units that are only read where a column has no other: they don't turn into each other by a factor."""

MAGNITUDES = {
    **dict.fromkeys(("k", "K", "thousand"), 1e3),
    **dict.fromkeys(("m", "M", "mn", "mio", "Mio", "Mio.", "mil", "mill", "million", "MM"), 1e6),
    **dict.fromkeys(("b", "B", "bn", "Bn", "mrd", "Mrd", "Mrd.", "billion"), 1e9),
    **dict.fromkeys(("t", "T", "tn", "trillion"), 1e12),
}
CURRENCIES = {
    **dict.fromkeys(("$", "USD", "US$", "US $", "usd", "dollar", "dollars"), "$"),
    **dict.fromkeys(("\u20ac", "EUR", "eur", "Eur", "Euro", "euro", "euros"), "EUR"),
    **dict.fromkeys(("\u00a3", "GBP", "gbp"), "GBP"),
    **dict.fromkeys(("CHF", "Fr.", "SFr.", "sFr."), "CHF"),
    **dict.fromkeys(("\u00a5", "JPY", "\u5186"), "JPY"),
    **dict.fromkeys(("\u20b9", "INR", "Rs", "Rs."), "INR"),
    **dict.fromkeys(("R$", "BRL"), "BRL"),
    **dict.fromkeys(("C$", "CA$", "CAD"), "CAD"),
    **dict.fromkeys(("A$", "AU$", "AUD"), "AUD"),
    **dict.fromkeys(("CN\u00a5", "CNY", "RMB", "\u5143"), "CNY"),
    **dict.fromkeys(("\u20bd", "RUB"), "RUB"),
    **dict.fromkeys(("\u20a9", "KRW"), "KRW"),
    **dict.fromkeys(("z\u0142", "PLN"), "PLN"),
    **dict.fromkeys(("\u20ba", "TRY", "TL"), "TRY"),
    **dict.fromkeys(("K\u010d", "CZK"), "CZK"),
    **{
        code: code
        for code in ("SEK", "NOK", "DKK", "kr", "HUF", "MXN", "ZAR", "SGD", "HKD", "NZD", "THB", "ILS", "AED")
    },
    "\u20bf": "BTC",
    "BTC": "BTC",
}
"""Signs, codes and names of currencies, and what is the same one."""
