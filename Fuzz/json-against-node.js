'use strict';
// Compares Martlet's payload form with what V8 writes: node json-against-node.js PROGRAM [--documents N] [--seed S] [--mode M]
//
// PROGRAM is the executable of Fuzz/JSONFuzz. Documents are generated from the seed, which is printed, and mutated.
// A document that Node refuses must be refused; the output of one that is accepted must be JSON.stringify(JSON.parse(document)),
// and what was refused though Node takes it must have a reason that Node does not know.

const { spawn } = require('node:child_process');

const options = { documents: 200000, seed: Date.now() % 2 ** 32, mode: 'mixed' };
const [program, ...rest] = process.argv.slice(2);
for (let i = 0; i < rest.length; i += 2) {
  const name = rest[i].replace(/^--/, '');
  if (!(name in options) || rest[i + 1] === undefined) usage(`unknown option ${rest[i]}`);
  options[name] = name === 'mode' ? rest[i + 1] : Number(rest[i + 1]);
}
if (!program || !['mixed', 'numbers'].includes(options.mode)) usage('no program, or a mode other than mixed and numbers');

function usage(why) {
  console.error(`${why}\nusage: node json-against-node.js PROGRAM [--documents N] [--seed S] [--mode mixed|numbers]`);
  process.exit(2);
}

// Mulberry32.
let state = options.seed >>> 0;
function random() {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = state;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const below = (n) => Math.floor(random() * n);
const pick = (list) => list[below(list.length)];
const chance = (p) => random() < p;

// Numbers

const view = new DataView(new ArrayBuffer(8));
function anyDouble() {
  for (;;) {
    view.setUint32(0, below(4294967296));
    view.setUint32(4, below(4294967296));
    const value = view.getFloat64(0);
    if (Number.isFinite(value)) return value;
  }
}
const digits = (n) => Array.from({ length: n }, () => below(10)).join('');
function edgeDouble() {
  const base = pick([2 ** 53, 2 ** 63, 2 ** 64, 1e15, 1e16, 1e17, 1e20, 1e21, 1e22, 1e23, 1e-5, 1e-6, 1e-7, 5e-324, 2.2250738585072014e-308,
    Number.MAX_VALUE, 0.1, 1, 10, 2 ** below(1024), 10 ** (below(617) - 308)]);
  view.setFloat64(0, base);
  const bits = view.getBigUint64(0) + BigInt(below(9) - 4);
  view.setBigUint64(0, BigInt.asUintN(63, bits));
  const value = view.getFloat64(0);
  return Number.isFinite(value) ? value : base;
}
function respell(value) {
  switch (below(9)) {
    case 0: return String(value);
    case 1: return value.toExponential();
    case 2: return value.toExponential(below(30));
    case 3: return value.toPrecision(1 + below(25));
    case 4: return Math.abs(value) < 1e21 ? value.toFixed(below(30)) : String(value);
    case 5: return Math.abs(value) < 1e21 ? value.toFixed(below(100)) : value.toExponential(100);
    case 6: { // the same value with the point elsewhere
      const [mantissa, exponent] = value.toExponential(below(20)).split('e');
      const [whole, fraction = ''] = mantissa.split('.');
      const shift = below(6);
      return `${whole}${fraction}${'0'.repeat(shift)}${pick(['e', 'E'])}${Number(exponent) - fraction.length - shift}`;
    }
    case 7: { // half-way between two doubles, exactly or nearly, which only correct rounding gets right
      view.setFloat64(0, Math.abs(value));
      view.setBigUint64(0, view.getBigUint64(0) + 1n);
      const next = view.getFloat64(0);
      if (!(value > 0 && Number.isFinite(next)) || value >= 1e25 || value < 1e9 || !Number.isInteger(value) || !Number.isInteger(next)) return String(value);
      const middle = (BigInt(value) + BigInt(next)) / 2n;
      return pick([`${middle}`, `${middle}.0`, `${middle}.${'0'.repeat(below(900))}1`, `${middle - 1n}.${'9'.repeat(1 + below(900))}`,
        `${middle}e0`]);
    }
    default: return `${String(value).replace(/e\+?/, pick(['e', 'E', 'e+', 'E+']).replace('+', String(value).includes('e-') ? '' : '+'))}`;
  }
}
function number() {
  switch (below(14)) {
    case 0: return String(below(10));
    case 1: return String(below(100000));
    case 2: return `-${below(100000)}`;
    case 3: return (below(1000000) / 100).toFixed(2);
    case 4: return digits(1 + below(25)).replace(/^0+(?=\d)/, '');
    case 5: return respell(anyDouble());
    case 6: return respell(edgeDouble());
    case 7: return `${below(10)}.${digits(1 + below(30))}`;
    case 8: return `${pick(['', '-'])}${below(1000)}${chance(0.5) ? '.' + digits(1 + below(20)) : ''}${pick(['e', 'E'])}${pick(['', '+', '-'])}${below(400)}`;
    case 9: return `0.${'0'.repeat(below(12))}${digits(1 + below(18))}`;
    case 10: return pick(['-0', '0', '0.0', '-0.0', '0e9', '0e-999999999999999999999', '1e-400', '1e400', '-1e400', '2e-324', '3e-324', '1e999999999999999999999',
      '9007199254740991', '9007199254740992', '9007199254740993', '179769313486231570814527423731704356798070e267', '1.7976931348623158e308',
      '1.797693134862315807e308', '2.4703282292062327208e-324', '2.4703282292062328e-324', '999999999999999999999', '999999999999999868928', '1e21', '123456789012345680000']);
    case 11: return `${digits(1 + below(3)).replace(/^0+(?=\d)/, '')}${'0'.repeat(below(25))}`;
    case 12: return `0.${'0'.repeat(below(1200))}${1 + below(9)}e${below(1300)}`;
    default: return `${1 + below(9)}${digits(below(1000))}${pick(['', '.' + digits(1 + below(900))])}e-${below(1300)}`;
  }
}

// Everything else

const pieces = ['a', 'b', 'key', 'id', ' ', '/', '\\/', '\\"', '\\\\', '\\n', '\\r', '\\t', '\\b', '\\f', '\\u0000', '\\u001f', '\\u001F', '\\u000b', '\\u000a',
  '\\u0041', '\\u00e9', '\\u2028', '\\ud83d\\ude00', '\\uD83D\\uDE00', '\\u007f', '\u007f', 'é', '日本', '😀', '\u2028', '\uffff', '\ufeff', "'", '<script>', '\\u003c',
  'abcdefgh', 'abcdefghijklmnop', '0123456', '__proto__', '\\u005f_proto__'];
const rarePieces = ['\\ud83d', '\\ude00', '\\ud83d\\u0041', '\\ud83d\\ud83d\\ude00', '\\x', '\\', '\\u12', '\u0001', '\n', '\\u', '\\\'', '\\ud83d\\', '\\ud83d\\u', '\\ud83d\\udz'];
function string() {
  let text = '';
  for (let i = below(chance(0.1) ? 40 : 5); i > 0; i--) text += chance(0.004) ? pick(rarePieces) : pick(pieces);
  return `"${text}"`;
}
const keys = ['a', 'b', 'c', 'id', 'type', 'data', 'name', '__proto__', 'constructor', 'toJSON', 'toString', '', ' ', '0', '1', '2', '3', '10', '11', '01', '-1', '1.5', '1e3',
  '4294967293', '4294967294', '4294967295', '4294967296', '9007199254740993', '99999999999', '\\u0031', '\\u0061', 'é', '\\u00e9', 'abcdefgh', 'abcdefgi', 'abcdefghabcdefgh', 'k\\/ey', 'k/ey'];
function key(used) {
  for (;;) {
    const text = chance(0.6) ? `"${pick(keys)}"` : chance(0.5) ? `"${below(chance(0.5) ? 20 : 5000000000)}"` : chance(0.5) ? `"k${below(1000)}"` : string();
    // Most objects have distinct keys, or hardly a document would be accepted.
    let name = text;
    try { name = JSON.parse(text); } catch { /* a bad key is for the parsers to refuse */ }
    if (!used.has(name) || chance(0.01)) {
      used.add(name);
      return text;
    }
  }
}
let spaced = false;
const space = () => (spaced && chance(0.4) ? pick([' ', '\n', '\t', '\r', '  ', '\r\n', '\n    ']) : '');
function value(depth) {
  const kind = depth <= 0 ? below(6) : below(10);
  if (kind === 0) return pick(['true', 'false', 'null']);
  if (kind <= 2) return string();
  if (kind <= 5) return number();
  const count = chance(0.03) ? 15 + below(10) : below(6);
  const parts = [];
  if (kind <= 7) {
    for (let i = 0; i < count; i++) parts.push(space() + value(depth - 1) + space());
    return parts.length ? `[${parts.join(',')}]` : `[${space()}]`;
  }
  const used = new Set();
  for (let i = 0; i < count; i++) parts.push(`${space()}${key(used)}${space()}:${space()}${value(depth - 1)}${space()}`);
  return parts.length ? `{${parts.join(',')}}` : `{${space()}}`;
}
const tokens = ['{', '}', '[', ']', ',', ':', '"', '\\', '0', '-', '.', 'e', 'null', 'true', ' ', '\n', '\0', '\u00ff', '{"a":', '[[', '//', '\ufeff', '"a":1,'];
function mutate(bytes) {
  for (let i = 1 + below(3); i > 0; i--) {
    const at = below(bytes.length + 1);
    const to = Math.min(bytes.length, at + 1 + below(6));
    switch (below(6)) {
      case 0: bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(to)]); break;
      case 1: bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from(pick(tokens)), bytes.subarray(at)]); break;
      case 2: if (at < bytes.length) { bytes = Buffer.from(bytes); bytes[at] = below(256); } break;
      case 3: if (at < bytes.length) { bytes = Buffer.from(bytes); bytes[at] ^= 1 << below(8); } break;
      case 4: bytes = Buffer.concat([bytes.subarray(0, to), bytes.subarray(at)]); break;
      default: bytes = bytes.subarray(0, at);
    }
  }
  return bytes;
}
function document() {
  if (options.mode === 'numbers') {
    return Buffer.from(`[${Array.from({ length: 1 + below(3) }, number).join(',')}]`);
  }
  spaced = chance(0.5);
  const shape = below(40);
  if (shape === 0) {
    const depth = below(600);
    const open = chance(0.5) ? '[' : '{"a":';
    return Buffer.from(open.repeat(depth) + (chance(0.5) ? '1' : '[]') + (open === '[' ? ']' : '}').repeat(depth));
  }
  if (shape === 1) {
    const used = new Set();
    return Buffer.from(`{${Array.from({ length: below(60) }, () => `${key(used)}:${below(9)}`).join(',')}}`);
  }
  let text = space() + value(shape === 2 ? 0 : 1 + below(4)) + space();
  if (shape > 6 && !/^\s*[[{]/.test(text)) text = `[${text}]`;
  const bytes = Buffer.from(text);
  return shape > 30 ? mutate(bytes) : bytes;
}

// The comparison

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const ourOwnReasons = new Set(['integer_precision_lost', 'number_overflow', 'duplicate_key', 'lone_surrogate', 'top_level_not_object_or_array', 'nesting_too_deep']);
const tally = { accepted: 0, warned: 0, refusedByBoth: 0, refusedForOurReasons: {} };

function expected(bytes) {
  let text;
  try { text = utf8.decode(bytes); } catch { return null; }
  try { return JSON.stringify(JSON.parse(text)); } catch { return null; }
}
function check(bytes, verdict, answer) {
  const wanted = expected(bytes);
  if (verdict === 'R') {
    const code = answer.toString().split(' ', 1)[0];
    if (wanted === null) {
      tally.refusedByBoth++;
      return;
    }
    if (!ourOwnReasons.has(code)) fail(bytes, `refused (${answer}) what Node takes`);
    if (!reasonHolds(code, bytes.toString(), wanted)) fail(bytes, `refused for a reason that does not hold: ${answer}`);
    tally.refusedForOurReasons[code] = (tally.refusedForOurReasons[code] ?? 0) + 1;
    return;
  }
  if (wanted === null) fail(bytes, `accepted as ${answer} what Node refuses`);
  if (answer.toString() !== wanted) fail(bytes, `wrote\n  ${answer}\nwhere V8 writes\n  ${wanted}`);
  if (ruleBroken(bytes.toString(), wanted)) fail(bytes, `accepted what the rules refuse: ${ruleBroken(bytes.toString(), wanted)}`);
  if ((verdict === 'W') !== deservesWarning(bytes.toString(), wanted)) fail(bytes, verdict === 'W' ? 'warned for nothing' : 'did not warn');
  if (verdict === 'W') tally.warned++; else tally.accepted++;
}

function deservesWarning(text, wanted) {
  return wanted.length > 102400 || nesting(text) > 64 || /[{,]"__proto__":/.test(wanted)
    || literals(text).some((literal) => decimal(literal) !== decimal(String(Number(literal))) || /^-0(\.0+)?([eE].*)?$/.test(literal));
}

// The reasons that are ours, decided another way: by the literals and by V8's own tree.
const literals = (text) => text.replace(/"(?:[^"\\]|\\.)*"/gs, '""').match(/-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g) ?? [];
const decimal = (text) => {
  const [, sign, whole, fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  const all = (whole + fraction).replace(/^0+/, '');
  const trimmed = all.replace(/0+$/, '');
  return trimmed === '' ? '0' : `${sign}${trimmed}e${BigInt(exponent) - BigInt(fraction.length) + BigInt(all.length - trimmed.length)}`;
};
const losesInteger = (text) => /^-?\d+(\.0+)?$/.test(text) && Number.isFinite(Number(text)) && decimal(text) !== decimal(String(Number(text)));
const hasLoneSurrogate = (text) => /\\ud[89ab]|\\ud[c-f]/i.test(JSON.stringify(JSON.parse(text)).replace(/\\\\/g, ''));
function hasDuplicate(text) {
  // Members as written against members as kept: V8 keeps one of each name.
  let written = 0;
  for (const [, colon] of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/gs)) if (colon) written++;
  let kept = 0;
  const count = (node) => {
    if (node === null || typeof node !== 'object') return;
    for (const name of Object.keys(node)) {
      if (!Array.isArray(node)) kept++;
      count(Object.getOwnPropertyDescriptor(node, name).value);
    }
  };
  count(JSON.parse(text));
  return written !== kept;
}
function nesting(text) {
  let depth = 0;
  let deepest = 0;
  for (const c of text.replace(/"(?:[^"\\]|\\.)*"/gs, '')) {
    if (c === '[' || c === '{') deepest = Math.max(deepest, ++depth);
    if (c === ']' || c === '}') depth--;
  }
  return deepest;
}
function reasonHolds(code, text, wanted) {
  switch (code) {
    case 'integer_precision_lost': return literals(text).some(losesInteger);
    case 'number_overflow': return literals(text).some((literal) => !Number.isFinite(Number(literal)));
    case 'duplicate_key': return hasDuplicate(text);
    case 'lone_surrogate': return hasLoneSurrogate(text) || hasDuplicate(text);
    case 'top_level_not_object_or_array': return !/^[[{]/.test(wanted);
    case 'nesting_too_deep': return nesting(text) > 512;
    default: return false;
  }
}
function ruleBroken(text, wanted) {
  return ['integer_precision_lost', 'number_overflow', 'duplicate_key', 'top_level_not_object_or_array', 'nesting_too_deep']
    .find((code) => reasonHolds(code, text, wanted)) ?? (hasLoneSurrogate(text) ? 'lone_surrogate' : undefined);
}
function fail(bytes, why) {
  console.error(`seed ${options.seed}, mode ${options.mode}: ${why}\ndocument: ${JSON.stringify(bytes.toString().slice(0, 2000))}\nbase64: ${bytes.toString('base64').slice(0, 4000)}`);
  process.exit(1);
}

const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
let waiting = [];
let sent = 0;
let buffered = Buffer.alloc(0);
const length = (n) => { const b = Buffer.alloc(4); b.writeUInt32BE(n); return b; };

function sendBatch() {
  waiting = [];
  const parts = [];
  while (waiting.length < 2000 && sent < options.documents) {
    const bytes = document();
    waiting.push(bytes);
    parts.push(length(bytes.length), bytes);
    sent++;
  }
  if (waiting.length === 0) {
    child.stdin.end();
    console.log(`seed ${options.seed}, mode ${options.mode}: ${sent} documents agree. ${JSON.stringify(tally)}`);
    return;
  }
  const batch = Buffer.concat(parts);
  child.stdin.write(Buffer.concat([length(batch.length), batch]));
}
child.stdout.on('data', (chunk) => {
  buffered = Buffer.concat([buffered, chunk]);
  if (buffered.length < 4 || buffered.length < 4 + buffered.readUInt32BE(0)) return;
  let at = 4;
  for (const bytes of waiting) {
    const count = buffered.readUInt32BE(at + 1);
    check(bytes, String.fromCharCode(buffered[at]), buffered.subarray(at + 5, at + 5 + count));
    at += 5 + count;
  }
  buffered = Buffer.alloc(0);
  sendBatch();
});
child.on('exit', (code, signal) => {
  if (code !== 0) {
    console.error(`seed ${options.seed}, mode ${options.mode}: the program ended with ${signal ?? code}`);
    process.exit(1);
  }
});
console.log(`seed ${options.seed}, mode ${options.mode}`);
sendBatch();
