"use strict";
// The model runs in this page: what is entered becomes the graph's two inputs, as mlwright's door for tables makes them.
// Texts from the data are only ever set as text, never as markup. Nothing is sent anywhere.
(() => {
  const at = (id) => document.getElementById(id);
  const section = at("what-if"), wait = at("wait");
  const data = window.mlwrightModel, runtime = window.mlwrightRuntime;
  const EXACT = 6; // columns up to which all ways to change some of them are asked about
  const ASKED = 256; // rows that reasons may cost
  const SHOWN = 10, CHANCES = 8;
  let ort, session, start, row, asked = false, busy = false;

  // ---- numbers as the rest of the page says them

  function spoken(value) {
    const size = Math.abs(value);
    if (!Number.isFinite(value)) return "unknown";
    if (size >= 1e15 || (size > 0 && size < 1e-4)) return value.toExponential(2);
    if (size >= 1000) return value.toLocaleString("en-US", { maximumFractionDigits: 0 });
    const said = value.toFixed(size ? Math.max(0, 3 - Math.floor(Math.log10(size))) : 0);
    return said.includes(".") ? said.replace(/\.?0+$/, "") : said;
  }

  function percent(share) {
    if (share > 0 && share < 0.001) return "under 0.1%";
    if (share > 0.999 && share < 1) return "over 99.9%";
    const plain = share === 0 || share === 1 || (share >= 0.1 && share <= 0.99);
    return (100 * share).toFixed(plain ? 0 : 1) + "%";
  }

  const worth = (value) => spoken(value) + (data.unit ? " " + data.unit : "");
  const told = (value) => (data.classes.length ? percent(value) : worth(value));
  function signed(value) {
    const size = Math.abs(value), mark = value < 0 ? "−" : "+";
    return data.classes.length ? mark + (100 * size).toFixed(1) + " points" : mark + worth(size);
  }

  // ---- what is entered, as the graph reads it

  const blank = { numbers: NaN, strings: "" };
  const copied = (one) => ({ numbers: one.numbers.slice(), strings: one.strings.slice() });
  const same = (a, b) => a === b || (a !== a && b !== b);
  const stripped = (text) => {
    let from = 0, to = text.length;
    while (from < to && data.spaces.includes(text[from])) from++;
    while (to > from && data.spaces.includes(text[to - 1])) to--;
    return text.slice(from, to);
  };

  function textOf(control, typed) {
    const found = stripped(typed);
    if (data.blanks.includes(found.toLowerCase())) return "";
    return (control.spellings.find(([one]) => one === found) || [0, found])[1];
  }

  // The value of a control; throws what is wrong with it.
  function entered(control, box) {
    if (box.validity.badInput || box.validity.rangeOverflow || box.validity.rangeUnderflow) throw new Error("can’t be read");
    if (control.form === "choice") {
      const option = control.options[box.selectedIndex];
      return option === null ? blank[control.input] : option;
    }
    if (control.form === "day" || control.form === "moment") {
      if (box.value === "") return NaN;
      const seconds = Date.parse(box.value + (control.form === "day" ? "T00:00Z" : "Z")) / 1000;
      if (Number.isNaN(seconds)) throw new Error("is no date");
      return seconds;
    }
    if (control.form === "number") {
      const number = box.value === "" ? NaN : Number(box.value);
      return control.gaps.includes(number) ? NaN : number;
    }
    if (control.blanks.includes(stripped(box.value))) return "";
    if (control.form === "words") return textOf(control, box.value);
    const items = box.value.split(data.mark).join("\n").split("\n").map((item) => textOf(control, item));
    return items.filter((item) => item !== "").join(data.mark);
  }

  function dated(control, seconds) {
    const time = new Date(seconds * 1000);
    if (Number.isNaN(time.getTime()) || time.getUTCFullYear() < 1 || time.getUTCFullYear() > 9999) return "";
    return time.toISOString().slice(0, control.form === "day" ? 10 : 19);
  }

  function written(control, value) {
    if (control.form === "choice") return String(control.options.findIndex((o) => same(o === null ? blank[control.input] : o, value)));
    if (control.form === "lines") return value.split(data.mark).join("\n");
    if (control.input === "strings") return value;
    if (Number.isNaN(value)) return "";
    return control.form === "number" ? String(value) : dated(control, value);
  }

  // A value in a sentence.
  function said(control, value) {
    if (same(value, blank[control.input])) return "missing";
    if (control.form === "choice") return control.labels[Number(written(control, value))];
    if (control.form === "number") return control.year ? value.toFixed(0) : spoken(value);
    const text = (control.input === "strings" ? value.split(data.mark).join(", ") : dated(control, value).replace("T", " "));
    return text.length > 40 ? text.slice(0, 39) + "…" : text;
  }

  // ---- controls

  const boxes = data ? data.controls.map((_, i) => at("w" + i)) : [];
  const sliders = data ? data.controls.map((_, i) => at("s" + i)) : [];

  function slid(control, slider) {
    const value = (Math.floor(control.low / control.step) + Number(slider.value)) * control.step;
    const digits = Math.max(0, -Math.floor(Math.log10(control.step)));
    return Math.min(control.high, Math.max(control.low, Number(value.toFixed(digits))));
  }

  function place(control, slider, value) {
    if (!slider) return;
    slider.max = String(Math.ceil(control.high / control.step) - Math.floor(control.low / control.step));
    slider.classList.toggle("unset", Number.isNaN(value));
    slider.setAttribute("aria-valuetext", said(control, value));
    if (!Number.isNaN(value)) slider.value = String(Math.round(value / control.step) - Math.floor(control.low / control.step));
  }

  function note(i, wrong) {
    const control = data.controls[i], value = row[control.input][control.place], first = data.starts[0][control.input][control.place];
    const notes = [];
    if (wrong) notes.push(`This ${wrong}: the answer is for ${said(control, value)}.`);
    if (control.low !== null && (value < control.low || value > control.high)) {
      notes.push(`Outside of what the model has seen (${said(control, control.low)} to ${said(control, control.high)}).`);
    }
    if (!same(value, first)) notes.push(`${data.starts[0].name}: ${said(control, first)}`);
    at("n" + i).textContent = notes.join(" ");
    at("n" + i).classList.toggle("wrong", Boolean(wrong));
    boxes[i].setAttribute("aria-invalid", String(Boolean(wrong)));
  }

  function changed(i) {
    const control = data.controls[i];
    let wrong = "";
    try {
      row[control.input][control.place] = entered(control, boxes[i]);
    } catch (error) {
      wrong = error.message;
    }
    place(control, sliders[i], row[control.input][control.place]);
    note(i, wrong);
    if (!wrong) tell();
  }

  function begin() {
    start = data.starts[at("start").selectedIndex];
    row = copied(start);
    data.controls.forEach((control, i) => {
      const value = row[control.input][control.place];
      boxes[i].value = written(control, value);
      place(control, sliders[i], value);
      note(i, "");
    });
    tell();
  }

  // ---- asking

  async function ask(rows) {
    const feeds = {}, count = rows.length, { numbers, strings } = data.starts[0];
    if (session.inputNames.includes("numbers")) {
      const cells = new Float64Array(count * numbers.length);
      rows.forEach((one, i) => cells.set(one.numbers, i * numbers.length));
      feeds.numbers = new ort.Tensor("float64", cells, [count, numbers.length]);
    }
    if (session.inputNames.includes("strings")) {
      feeds.strings = new ort.Tensor("string", rows.flatMap((one) => one.strings), [count, strings.length]);
    }
    if (session.inputNames.includes("folded")) {
      const folded = feeds.strings.data.map((text) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()));
      feeds.folded = new ort.Tensor("string", folded, [count, strings.length]);
    }
    return session.run(feeds);
  }

  // The answer that is explained: the value, or the probability of a class.
  function explained(out, i, label) {
    return data.classes.length ? out.probabilities.data[i * data.classes.length + label] : Number(out.value.data[i]);
  }

  function answer(out) {
    const classes = data.classes, found = {};
    if (classes.length) {
      found.prediction = out.label.data[0];
      found.probabilities = Array.from(out.probabilities.data);
      if (out.sets) found.set = classes.filter((_, i) => out.sets.data[i]);
    } else {
      for (const name of ["value", "lower", "upper"]) found[name] = Number(out[name].data[0]);
    }
    return found;
  }

  function element(kind, style, text) {
    const made = document.createElement(kind);
    if (style) made.className = style;
    made.textContent = text;
    return made;
  }

  // A line with a bar from one share of the width to another.
  function line(name, value, from, to, style) {
    const item = element("li", "", ""), bar = element("span", "bar", ""), mark = element("i", style, "");
    mark.style.left = 100 * Math.min(from, to) + "%";
    mark.style.width = 100 * Math.abs(to - from) + "%";
    bar.append(mark);
    item.append(element("bdi", "what", name), element("b", "much", value), bar);
    return item;
  }

  function show(found) {
    const classes = data.classes;
    if (!classes.length) {
      at("answer").textContent = worth(found.value);
      at("range").textContent = `between ${worth(found.lower)} and ${worth(found.upper)}, which holds the truth in nine of ten rows`;
      return;
    }
    const order = classes.map((_, i) => i);
    if (classes.length > 2) order.sort((a, b) => found.probabilities[b] - found.probabilities[a]);
    at("answer").textContent = `${found.prediction} (${percent(found.probabilities[classes.indexOf(found.prediction)])})`;
    const set = (found.set || []).slice(0, CHANCES), more = found.set && found.set.length > CHANCES ? " …" : "";
    at("range").textContent = set.length ? `The set that holds the truth in nine of ten rows: ${set.join(", ")}${more}` : "";
    at("chances").replaceChildren(...order.slice(0, CHANCES).map((i) =>
      line(classes[i], percent(found.probabilities[i]), 0, found.probabilities[i], classes[i] === found.prediction ? "a" : "")));
  }

  // ---- reasons: Shapley values of what differs from the first row to start from

  function players() {
    const first = data.starts[0], known = { numbers: new Set(), strings: new Set() }, found = [];
    for (const control of data.controls) {
      known[control.input].add(control.place);
      if (same(row[control.input][control.place], first[control.input][control.place])) continue;
      found.push({ name: control.column, said: said(control, row[control.input][control.place]), cells: [[control.input, control.place]] });
    }
    const cells = ["numbers", "strings"].flatMap((input) => first[input].map((_, at) => [input, at]))
      .filter(([input, at]) => !known[input].has(at) && !same(row[input][at], first[input][at]));
    if (cells.length) found.push({ name: "all other columns", said: "", cells });
    return found;
  }

  const switched = (base, own, cells) => {
    for (const [input, at] of cells) base[input][at] = own[input][at];
    return base;
  };

  function coalitions(own, found) {
    return Array.from({ length: 2 ** found.length }, (_, members) =>
      switched(copied(data.starts[0]), own, found.flatMap((one, i) => (members & (1 << i) ? one.cells : []))));
  }

  function fromCoalitions(worths, count) {
    const factorial = (n) => (n < 2 ? 1 : n * factorial(n - 1));
    return Array.from({ length: count }, (_, i) => {
      let adds = 0;
      for (let members = 0; members < 2 ** count; members++) {
        if (members & (1 << i)) continue;
        const size = members.toString(2).replace(/0/g, "").length;
        adds += (factorial(size) * factorial(count - size - 1)) / factorial(count) * (worths[members | (1 << i)] - worths[members]);
      }
      return adds;
    });
  }

  // Random orders, each also backwards; the same ones each time.
  function orders(count) {
    let seed = 1;
    const random = () => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return seed / 2 ** 32;
    };
    return Array.from({ length: Math.max(1, Math.floor(ASKED / (2 * (count + 1)))) }, () => {
      const order = Array.from({ length: count }, (_, i) => i);
      for (let i = count - 1; i > 0; i--) {
        const j = Math.floor(random() * (i + 1));
        [order[i], order[j]] = [order[j], order[i]];
      }
      return [order, order.slice().reverse()];
    }).flat();
  }

  function paths(own, found, every) {
    return every.flatMap((order) => {
      const cells = copied(data.starts[0]);
      return [copied(cells), ...order.map((i) => copied(switched(cells, own, found[i].cells)))];
    });
  }

  function fromPaths(worths, every, count) {
    const adds = new Array(count).fill(0);
    every.forEach((order, k) => order.forEach((i, step) => {
      const begun = k * (count + 1) + step;
      adds[i] += (worths[begun + 1] - worths[begun]) / every.length;
    }));
    return adds;
  }

  async function reasons(own, label) {
    const found = players(), exact = found.length <= EXACT, every = exact ? [] : orders(found.length);
    const rows = exact ? coalitions(own, found) : paths(own, found, every);
    const worths = [];
    for (let from = 0; from < rows.length; from += ASKED) {
      const lot = rows.slice(from, from + ASKED), out = await ask(lot);
      lot.forEach((_, i) => worths.push(explained(out, i, label)));
    }
    const adds = exact ? fromCoalitions(worths, found.length) : fromPaths(worths, every, found.length);
    return { base: worths[0], parts: found.map((one, i) => ({ ...one, adds: adds[i] })).sort((a, b) => Math.abs(b.adds) - Math.abs(a.adds)) };
  }

  function explain(found, now, label) {
    const what = data.classes.length ? `the probability of “${data.classes[label]}”` : "the answer";
    const first = data.starts[0].name.replace(/^./, (letter) => letter.toLowerCase());
    at("why").textContent = found.parts.length
      ? `For ${first} ${what} is ${told(found.base)}. From there, what each value that differs adds; together they lead to ${told(now)}.`
      : `Nothing differs from ${first} yet, for which ${what} is ${told(found.base)}. Change a value to see what it adds.`;
    const parts = found.parts.slice(0, SHOWN), rest = found.parts.slice(SHOWN);
    if (rest.length) parts.push({ name: `${rest.length} more`, said: "", adds: rest.reduce((sum, one) => sum + one.adds, 0) });
    const most = Math.max(...parts.map((one) => Math.abs(one.adds)), 1e-12);
    at("reasons").replaceChildren(...parts.map((one) =>
      line(one.said ? `${one.name} = ${one.said}` : one.name, signed(one.adds), 0.5, 0.5 + one.adds / most / 2, one.adds < 0 ? "" : "a")));
  }

  // One question at a time; while it is asked the row may have moved on, and what came last is told.
  async function tell() {
    asked = true;
    if (busy || !session) return;
    busy = true;
    try {
      while (asked) {
        asked = false;
        const own = copied(row), began = performance.now();
        const out = await ask([own]), found = answer(out), took = performance.now() - began;
        show(found);
        at("took").textContent = `Answered in ${took < 10 ? took.toFixed(1) : took.toFixed(0)} ms by the model in this page.`;
        if (asked) continue;
        const label = data.classes.length === 2 ? 1 : data.classes.indexOf(found.prediction);
        const why = await reasons(own, label);
        if (asked) continue;
        explain(why, explained(out, 0, label), label);
        section.dataset.answer = JSON.stringify({ ...found, took, base: why.base, parts: why.parts.map((one) => [one.name, one.adds]) });
      }
    } catch (error) {
      fail("The model in this page failed: " + error.message);
    } finally {
      busy = false;
    }
  }

  // ---- beginning

  function fail(message) {
    at("ask").hidden = true;
    wait.hidden = false;
    wait.textContent = message;
    section.dataset.failed = message;
  }

  async function unpacked(text) {
    const packed = atob(text), bytes = new Uint8Array(packed.length);
    for (let i = 0; i < packed.length; i++) bytes[i] = packed.charCodeAt(i);
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).arrayBuffer();
  }

  async function load() {
    // A page opened from a disk may import no file, but it may import what it holds itself.
    const loader = URL.createObjectURL(new Blob([await unpacked(runtime.loader)], { type: "text/javascript" }));
    ort = await import(loader);
    URL.revokeObjectURL(loader);
    ort.env.wasm.numThreads = 1;
    ort.env.wasm.wasmBinary = await unpacked(runtime.engine);
    ort.env.logLevel = "error";
    const graph = new Uint8Array(await unpacked(data.graph));
    session = await ort.InferenceSession.create(graph, { executionProviders: ["wasm"], logSeverityLevel: 3 });
    await ask([data.starts[0]]); // the first answer takes far longer than those after it
  }

  async function main() {
    if (!data || !runtime) return fail("A file in the folder beside this page is missing: copy all of it, or draw the report anew.");
    if (data.model !== section.dataset.model) return fail("The folder beside this page belongs to another report: draw this one anew.");
    if (!window.DecompressionStream || !window.WebAssembly) return fail("This browser is too old to run the model: use one of 2023 or later.");
    for (const one of data.starts) one.numbers = one.numbers.map((value) => (value === null ? NaN : value));
    wait.textContent = "The model is being loaded …";
    try {
      await load();
    } catch (error) {
      return fail("The model can’t be run in this browser: " + error.message);
    }
    data.controls.forEach((control, i) => {
      boxes[i].addEventListener("input", () => changed(i));
      if (sliders[i]) sliders[i].addEventListener("input", () => {
        boxes[i].value = String(slid(control, sliders[i]));
        changed(i);
      });
    });
    at("start").addEventListener("change", begin);
    at("again").addEventListener("click", begin);
    wait.hidden = true;
    at("ask").hidden = false;
    begin();
  }

  main();
})();
