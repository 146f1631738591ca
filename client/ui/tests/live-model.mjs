// The editor of a text that several write at once, against a program of its own kind: each machine keeps letters with names of their
// own and in one order, and never moves a place. Random typing, random delays, lost answers; every run can be had again by its seed.
import assert from "node:assert/strict";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const load = async (file) => (await runnerImport(resolve(root, "src/lib/live", file), { configFile: false, root, logLevel: "error" })).module;
const { LiveModel } = await load("model.ts");
const { applied, changeOf, changeOfAll, difference, splicesOf } = await load("changes.ts");

function random(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 13), 0x297a2d39) >>> 0;
    return ((mixed ^ (mixed >>> 16)) >>> 0) % below;
  };
}

/** One machine: letters in one order that all machines agree on, and what was done, as names in order of doing. */
class Machine {
  constructor(name) {
    this.name = name;
    this.done = []; // { id, after, letter } or { id, gone }
    this.known = new Set();
    this.counter = 0;
    this.turns = new Map();
  }

  /** The letters of the operations in `known`, in order; a later one stands nearer to what it follows. */
  order(known) {
    const after = new Map();
    for (const one of this.done) {
      if (!one.letter || !known.has(one.id)) continue;
      if (!after.has(one.after)) after.set(one.after, []);
      after.get(one.after).push(one);
    }
    const gone = new Set(this.done.filter((one) => one.gone && known.has(one.id)).map((one) => one.gone));
    const rank = (one) => [Number(one.id.split("@")[0]), one.id];
    const letters = [];
    const walk = (id) => {
      const next = (after.get(id) ?? []).sort((a, b) => rank(b)[0] - rank(a)[0] || (a.id < b.id ? 1 : -1));
      for (const one of next) {
        letters.push({ ...one, gone: gone.has(one.id) });
        walk(one.id);
      }
    };
    walk("");
    return letters;
  }

  add(one) {
    if (this.known.has(one.id)) return;
    this.done.push(one);
    this.known.add(one.id);
    this.counter = Math.max(this.counter, Number(one.id.split("@")[0]));
  }

  name_next() {
    this.counter += 1;
    return `${this.counter}@${this.name}`;
  }

  /** Heads are the whole list of what was done, in a string: enough for a test. */
  static heads(known) {
    return [[...known].sort().join(",")];
  }

  ask({ sitting, turn, heads, splices }) {
    const text = (known) => this.order(known).filter((one) => !one.gone).map((one) => one.letter).join("");
    if (heads === null) return { heads: Machine.heads(this.known), splices: [], text: text(this.known) };
    let stood = this.turns.get(sitting)?.turn === turn ? this.turns.get(sitting).stood : undefined;
    if (!stood) {
      stood = new Set(heads[0] ? heads[0].split(",") : []);
      for (const { at, delete: length, insert } of splices) {
        const seen = this.order(stood).filter((one) => !one.gone);
        assert.ok(at + length <= seen.length, "a place past the end");
        const made = [];
        for (const one of seen.slice(at, at + length)) made.push({ id: this.name_next(), gone: one.id });
        let before = at > 0 ? seen[at - 1].id : "";
        for (const letter of insert) {
          const id = this.name_next();
          made.push({ id, after: before, letter });
          before = id;
        }
        for (const one of made) {
          this.add(one);
          stood.add(one.id);
        }
      }
      this.turns.set(sitting, { turn, stood });
    }
    return { heads: Machine.heads(this.known), splices: this.since(stood), text: null };
  }

  /** What leads from what somebody saw to what is there now. */
  since(stood) {
    const before = new Map(this.order(stood).map((one) => [one.id, one]));
    const splices = [];
    let at = 0;
    for (const one of this.order(this.known)) {
      const was = before.get(one.id);
      const seen = was !== undefined && !was.gone;
      if (seen && one.gone) splices.push({ at, delete: 1, insert: "" });
      if (!seen && !one.gone) splices.push({ at, delete: 0, insert: one.letter });
      if (!one.gone) at += 1;
    }
    return splices;
  }

  text() {
    return this.order(this.known).filter((one) => !one.gone).map((one) => one.letter).join("");
  }
}

let letters = 0x4e00;
const fresh = () => String.fromCharCode((letters = letters >= 0x9f00 ? 0x4e00 : letters + 1));

/** An editor with a caret. Every letter is used once, so that it can be said beside which letter the caret stood. */
class Page {
  constructor(machine, number) {
    this.machine = machine;
    this.model = new LiveModel("analysis/summary", `page ${number}`);
    this.flying = undefined;
    this.caret = 0;
    this.typedHere = [];
    this.take(this.model.answer(machine.ask(this.model.question())));
    this.stood = { known: new Set(machine.known) };
  }

  take(change) {
    const { caret } = this;
    this.caret = change.mapPos(caret, -1);
  }

  type(draw, mayUndo) {
    const { shown } = this.model;
    const what = draw(10);
    if (what < 7) {
      // As hands do: mostly on from the caret.
      if (draw(6) === 0) this.caret = draw(shown.length + 1);
      const letter = fresh();
      this.typedHere.push(letter);
      this.model.typed({ at: this.caret, delete: 0, insert: letter }, draw(3) * 500);
      this.caret += 1;
    } else if (what < 9 && shown.length > 0) {
      const at = draw(shown.length);
      const length = 1 + draw(Math.min(4, shown.length - at));
      this.model.typed({ at, delete: length, insert: "" }, 0);
      this.caret = at;
    } else if (mayUndo) {
      const undone = draw(2) ? this.model.undo() : this.model.redo();
      if (undone && "change" in undone) this.take(undone.change);
    }
  }

  ask(draw) {
    const question = this.model.question();
    const answer = this.machine.ask(question);
    // One in eight answers is lost; the same is asked again later.
    this.flying = draw(8) === 0 ? "lost" : answer;
  }

  hear(mayUndo = true) {
    const { flying, model } = this;
    this.flying = undefined;
    if (flying === undefined || flying === "lost") return;
    const { shown } = model;
    const left = this.caret > 0 ? shown[this.caret - 1] : undefined;
    this.take(model.answer(flying));
    if (!mayUndo && left !== undefined && model.shown.includes(left)) assert.equal(model.shown[this.caret - 1], left, "the caret stays behind its letter");
    else assert.ok(this.caret <= model.shown.length);
  }
}

function run(seed) {
  const draw = random(seed);
  const machines = ["a", "b", "c"].map((name) => new Machine(name));
  for (const letter of "ABCDEF") machines[0].add({ id: machines[0].name_next(), after: machines[0].done.at(-1)?.id ?? "", letter });
  const carry = (from, to) => from.done.forEach((one) => to.add(one));
  machines.slice(1).forEach((machine) => carry(machines[0], machine));
  const pages = machines.flatMap((machine, index) => (index === 0 ? [new Page(machine, 0), new Page(machine, 1)] : [new Page(machine, index + 1)]));
  const apart = draw(3) === 0 ? machines[draw(3)] : undefined;
  for (let step = 0; step < 160; step += 1) {
    const page = pages[draw(pages.length)];
    switch (draw(4)) {
      case 0:
      case 1: page.type(draw, seed % 2 === 0); break;
      case 2: if (page.flying === undefined) page.ask(draw); else page.hear(seed % 2 === 0); break;
      default: {
        const [from, to] = [machines[draw(3)], machines[draw(3)]];
        if (step > 120 || (from !== apart && to !== apart)) carry(from, to);
      }
    }
  }
  for (let round = 0; round < 4; round += 1) {
    for (const page of pages) {
      do {
        page.hear();
        page.ask(() => 1);
        page.hear();
      } while (!page.model.kept);
    }
    machines.forEach((from) => machines.forEach((to) => carry(from, to)));
  }
  const text = machines[0].text();
  for (const page of pages) assert.equal(page.model.shown, text, "every page shows the program's text");
  for (const machine of machines) assert.equal(machine.text(), text);
  // Where two people took one letter away and both want it back, it is there twice; else never.
  if (seed % 2 === 1) assert.equal(new Set(text).size, text.length, "no letter is there twice");
}

const runs = Number(process.env.KITH_RUNS ?? 400);
for (let seed = 1; seed <= runs; seed += 1) {
  try {
    run(seed);
  } catch (error) {
    console.error(`seed ${seed}`);
    throw error;
  }
}
console.log(`holds: ${runs} runs of typing at once end in one text, with no letter lost or doubled and carets in place`);

// No letter is lost: with nobody deleting, every letter that anybody typed is there in the end.
for (let seed = 1; seed <= 100; seed += 1) {
  const draw = random(seed);
  const machine = new Machine("a");
  const other = new Machine("b");
  const pages = [new Page(machine, 0), new Page(other, 1)];
  const typed = [];
  for (let step = 0; step < 80; step += 1) {
    const page = pages[draw(2)];
    const letter = fresh();
    if (draw(2)) {
      typed.push(letter);
      page.model.typed({ at: draw(page.model.shown.length + 1), delete: 0, insert: letter }, 0);
    } else if (page.flying === undefined) page.ask(draw);
    else page.hear();
    if (draw(3) === 0) [[machine, other], [other, machine]].forEach(([from, to]) => from.done.forEach((one) => to.add(one)));
  }
  for (let round = 0; round < 3; round += 1) {
    for (const page of pages) {
      do {
        page.hear();
        page.ask(() => 1);
        page.hear();
      } while (!page.model.kept);
    }
    [[machine, other], [other, machine]].forEach(([from, to]) => from.done.forEach((one) => to.add(one)));
  }
  assert.deepEqual([...pages[0].model.shown].sort(), typed.sort(), `seed ${seed}: every letter that was typed`);
  assert.equal(pages[0].model.shown, pages[1].model.shown);
}
console.log("holds: every letter that anybody typed is in the text");

{
  const opened = (text) => {
    const model = new LiveModel("f", "s");
    model.question();
    model.answer({ heads: ["0"], splices: [], text });
    return model;
  };
  // Undo takes back what I typed and leaves what others wrote around it.
  let model = opened("They wait.");
  model.typed({ at: 10, delete: 0, insert: " Nobody walks alone." }, 0);
  model.question();
  model.answer({ heads: ["1"], splices: [{ at: 0, delete: 4, insert: "The friends" }], text: null });
  assert.equal(model.shown, "The friends wait. Nobody walks alone.");
  assert.ok("change" in model.undo());
  assert.equal(model.shown, "The friends wait.");
  assert.ok("change" in model.redo());
  assert.equal(model.shown, "The friends wait. Nobody walks alone.");
  // What somebody wrote into since is left alone, and said so; what I typed before it can still be taken back.
  model = opened("");
  model.typed({ at: 0, delete: 0, insert: "First. " }, 0);
  model.typed({ at: 7, delete: 0, insert: "Second." }, 5000);
  model.question();
  model.answer({ heads: ["1"], splices: [{ at: 10, delete: 0, insert: "XX" }], text: null });
  assert.deepEqual(model.undo(), { written: { from: 7, to: 16 } });
  assert.equal(model.shown, "First. SecXXond.");
  assert.ok("change" in model.undo());
  assert.equal(model.shown, "SecXXond.");
  assert.equal(model.undo(), undefined);
  // Typing on is one step, and a deletion comes back whole.
  model = opened("abc");
  for (const [index, letter] of [..."def"].entries()) model.typed({ at: 3 + index, delete: 0, insert: letter }, index * 100);
  for (const at of [5, 4]) model.typed({ at, delete: 1, insert: "" }, 5000 + at);
  assert.equal(model.shown, "abcd");
  model.undo();
  assert.equal(model.shown, "abcdef");
  model.undo();
  assert.equal(model.shown, "abc");
  model.redo();
  model.redo();
  assert.equal(model.shown, "abcd");
  // What the program refuses stays on the page and is sent again when it was changed; others' words come in meanwhile.
  model = opened("abc");
  model.typed({ at: 3, delete: 0, insert: "DEF" }, 0);
  assert.equal(model.question().splices.length, 1);
  model.refused();
  assert.ok(!model.wants && !model.kept);
  assert.deepEqual(model.question().splices, []);
  model.answer({ heads: ["1"], splices: [{ at: 0, delete: 0, insert: "!" }], text: null });
  assert.equal(model.shown, "!abcDEF");
  model.typed({ at: 5, delete: 2, insert: "" }, 0);
  assert.deepEqual(model.question().splices, [{ at: 4, delete: 0, insert: "D" }]);
  // The place was lost (the program was set back): what was typed and not taken is typed again.
  model = opened("abc");
  model.typed({ at: 1, delete: 0, insert: "X" }, 0);
  model.question();
  model.typed({ at: 4, delete: 0, insert: "Y" }, 0);
  model.answer({ heads: ["9"], splices: [], text: "abc, and more" });
  assert.equal(model.shown, "aXbcY, and more");
  assert.equal(model.kept, false);
  // News that begins where the editor stands is taken without asking.
  model = opened("abc");
  assert.equal(model.heard(["5"], ["6"], []), undefined);
  model.typed({ at: 3, delete: 0, insert: "!" }, 0);
  assert.ok(model.heard(["0"], ["1"], [{ at: 0, delete: 1, insert: "A" }]));
  assert.equal(model.shown, "Abc!");
  assert.deepEqual(model.question(), { field: "f", sitting: "s", turn: 2, heads: ["1"], splices: [{ at: 3, delete: 0, insert: "!" }] });
}
console.log("holds: undo takes back one's own, says what somebody wrote into, and nothing that was refused is lost");

{
  const draw = random(7);
  const alphabet = ["a", "b", "é", "😀", "😁", "\n"];
  const word = () => Array.from({ length: draw(8) }, () => alphabet[draw(alphabet.length)]).join("");
  for (let round = 0; round < 3000; round += 1) {
    const [before, now] = [word(), word()];
    const splice = difference(before, now, draw(now.length + 1));
    if (!splice) {
      assert.equal(before, now);
      continue;
    }
    assert.equal(applied(changeOf(splice, before.length), before), now);
    assert.ok(splice.insert.isWellFormed?.() ?? true, "no character is cut in two");
    const change = changeOf(splice, before.length);
    assert.equal(applied(changeOfAll(splicesOf(change), before.length), before), now);
  }
  assert.deepEqual(difference("aab", "aaab", 1), { at: 0, delete: 0, insert: "a" });
  assert.deepEqual(difference("aab", "aaab", 3), { at: 2, delete: 0, insert: "a" });
  assert.deepEqual(difference("x😀y", "x😁y", 3), { at: 1, delete: 2, insert: "😁" });
}
console.log("holds: what was typed is found near the caret, and no character is cut in two");
