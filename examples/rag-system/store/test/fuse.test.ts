// Rankings joined by reciprocal rank.
import { expect, it } from 'vitest'
import { fuse } from '../src/fuse.js'

const passage = (position: number, document = 'a') => ({ document, title: 't', heading: '', position, text: `${position}` })

it('puts first what both rankings found, and tells passages of a document apart', () => {
  const fused = fuse([
    [passage(1), passage(2)],
    [passage(2), passage(3)]
  ])
  expect(fused.map(({ position }) => position)).toEqual([2, 1, 3])
  expect(fused[0]!.score).toBeCloseTo(1 / 62 + 1 / 61)
  expect(fuse([[], []])).toEqual([])
  expect(fuse([[passage(1, 'a')], [passage(1, 'b')]])).toHaveLength(2)
})
