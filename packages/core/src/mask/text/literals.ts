// Says which of many literals stands at an index: a table of four characters rules out nearly all places, a tree does the rest.
import { codeAt } from './chars.js'

/** All literals that open something, as one tree. */
export interface LiteralTree {
  /** Number of the longest literal that stands at an index, -1 for none. */
  at(text: string, index: number): number
  /** Whether a literal of letters or digits may begin with these four characters. */
  mayOpen(four: number): boolean
  /** Whether a literal begins with this character. */
  opensWith(code: number): boolean
}

/** Place of up to four characters, seven bits each, in the table of heads. */
const headOf = (four: number): number => Math.imul(four, 0x9e3779b1) >>> 18

/** Nodes as columns: the character that leads to a node, its first child, its next sibling, the literal that ends in it. */
interface Nodes {
  code: number[]
  child: number[]
  sibling: number[]
  literal: number[]
}

/** Builds the tree once; looking into it allocates nothing. */
export function literalTree(literals: readonly string[]): LiteralTree {
  const { code, child, sibling, literal } = columnsOf(literals)
  const heads = headsOf(literals)
  const roots = new Uint16Array(128)
  for (let node = child[0]!; node !== 0; node = sibling[node]!) roots[code[node]!] = node
  return {
    at(text, index) {
      const first = codeAt(text, index)
      let node = first < 128 ? roots[first]! : 0
      let found = -1
      for (let next = index + 1; node !== 0; next++) {
        if (literal[node]! >= 0) found = literal[node]!
        const wanted = codeAt(text, next)
        node = child[node]!
        while (node !== 0 && code[node] !== wanted) node = sibling[node]!
      }
      return found
    },
    mayOpen: (four) => ((heads[headOf(four)]! & 1) | (heads[headOf(four >>> 7)]! & 2) | (heads[four >>> 14]! & 4)) !== 0,
    opensWith: (first) => roots[first] !== 0
  }
}

function columnsOf(literals: readonly string[]): Nodes {
  const nodes: Nodes = { code: [0], child: [0], sibling: [0], literal: [-1] }
  const { code, child, sibling, literal } = nodes
  for (const [number, text] of literals.entries()) {
    let parent = 0
    for (let index = 0; index < text.length; index++) {
      const wanted = codeAt(text, index)
      let node = child[parent]!
      while (node !== 0 && code[node] !== wanted) node = sibling[node]!
      if (node === 0) {
        node = code.push(wanted) - 1
        child.push(0)
        sibling.push(child[parent]!)
        literal.push(-1)
        child[parent] = node
      }
      parent = node
    }
    literal[parent] = number
  }
  return nodes
}

/**
 * Beginnings of literals: bit 1 for four characters, 2 for literals of three, 4 for those of two. Literals that begin with
 * a sign are few and not in the table: they are looked for at their sign.
 */
function headsOf(literals: readonly string[]): Uint8Array {
  const heads = new Uint8Array(1 << 14)
  for (const literal of literals) {
    if (!/^[A-Za-z0-9]/.test(literal)) continue
    const two = (codeAt(literal, 0) << 21) | (codeAt(literal, 1) << 14)
    const three = two | (codeAt(literal, 2) << 7)
    if (literal.length > 3) heads[headOf(three | codeAt(literal, 3))]! |= 1
    else if (literal.length === 3) heads[headOf(three >>> 7)]! |= 2
    else heads[two >>> 14]! |= 4
  }
  return heads
}
