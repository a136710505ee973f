// Says which of many literals stands at an index.
import { codeAt } from './chars.js'

/** Nodes as columns: the character that leads to a node, its first child, its next sibling, the literal that ends in it. */
interface Nodes {
  code: number[]
  child: number[]
  sibling: number[]
  literal: number[]
}

/** Builds a tree of literals once; the number of the longest that stands at an index, or -1. Looking into it allocates nothing. */
export function literalTree(literals: readonly string[]): (text: string, index: number) => number {
  const { code, child, sibling, literal } = columnsOf(literals)
  const roots = new Uint16Array(128)
  for (let node = child[0]!; node !== 0; node = sibling[node]!) roots[code[node]!] = node
  return (text, index) => {
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
