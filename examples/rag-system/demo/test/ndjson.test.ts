// Log files as they are read while they are still being written.
import { expect, it } from 'vitest'
import { isRequestLine, parseLines } from '../src/read/ndjson.js'

it('reads whole lines and leaves an unfinished one', () => {
  expect(parseLines('{"msg":"a"}\n\n{"msg":"b"}\n{"msg":')).toEqual([{ msg: 'a' }, { msg: 'b' }])
})

it('refuses what is no JSON object', () => {
  expect(() => parseLines('warning: low disk\n')).toThrow('no log line: warning: low disk')
})

it('tells the line of a request from others', () => {
  expect(isRequestLine({ route: '/ask', durationMs: 3.2, statusCode: 200 })).toBe(true)
  expect(isRequestLine({ msg: 'question' })).toBe(false)
})
