import { expect, it } from 'vitest'
import { describeStatement } from '../../src/clients/sql.js'

it.each([
  ["SELECT * FROM users WHERE mail = 'a@b.c' AND age > 42", 'SELECT', 'users', 'SELECT * FROM users WHERE mail = ? AND age > ?'],
  ["insert into \"documents\" (title) values ('it''s', $1)", 'INSERT', 'documents', 'insert into "documents" (title) values (?, $1)'],
  ['/* trace */ update t2 set a1 = -1.5e3', 'UPDATE', 't2', '/* trace */ update t2 set a1 = ?'],
  ["select E'x\\'y', $tag$secret 'body'$tag$", 'SELECT', undefined, 'select ?, ?'],
  ['', 'QUERY', undefined, '']
])('says of %j only what holds no value', (text, operation, collection, summary) => {
  expect(describeStatement(text)).toEqual({ operation, collection, summary })
})
