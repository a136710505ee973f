// Says which flags of a command line hold a password: `mysql -p…`, `sshpass -p …`, `redis-cli -a …`.
import { codeAt, isSpace, isWord } from './chars.js'

/** Short flags that hold a password in some program; they join the literals. */
export const PASSWORD_FLAGS: readonly string[] = ['-p', '-a', '-w', '-P']

/** How far before its flag the program's name may stand. */
const REACH = 200
const LONGEST_NAME = 14
/** Programs that take a password once their word `login` is there. */
const CLIENT = 'login'

/** Programs by their flags, with `=` for a value glued to the flag. The last ones end the reach of what stands before them. */
const PROGRAMS: ReadonlyMap<string, string> = new Map(
  [
    ['-p=', 'mysql mysqldump mysqladmin mysqlimport mysqlcheck mysqlslap mariadb mariadb-dump mariadb-admin 7z 7za 7zr'],
    ['-p= -p ', 'sshpass'],
    ['-p ', 'mongo mongosh mongodump mongorestore mongoexport mongoimport mongostat'],
    ['-a ', 'redis-cli valkey-cli keydb-cli'],
    ['-w ', 'ldapsearch ldapmodify ldapadd ldapdelete ldappasswd ldapwhoami'],
    ['-P ', 'zip unzip'],
    [CLIENT, 'docker podman nerdctl skopeo buildah az oc helm cf'],
    ['', 'ssh scp sftp rsync curl psql']
  ].flatMap(([flags, names]) => names!.split(' ').map((name) => [name, flags!] as const))
)

/** What was read last: up to where, and the program whose line it is. Many flags on a line cost one look at it. */
let readTo = 0
let programAt = -1
let programFlags = ''

/** Forgets what was read in the text before. */
export function newCommands(): void {
  readTo = 0
  programAt = -1
}

/** Index of the password that the flag at an index holds, or 0. */
export function passwordOfFlag(text: string, start: number, flag: string): number {
  if (!isSpace(codeAt(text, start - 1))) return 0
  const glued = !isSpace(codeAt(text, start + 2))
  readUpTo(text, start)
  if (programAt < 0 || programAt < start - REACH || !programFlags.includes(flag + (glued ? '=' : ' '))) return 0
  let at = start + 2
  while (at - start < 8 && (codeAt(text, at) === 32 || codeAt(text, at) === 9)) at++
  return at
}

/** Reads the words before a flag and keeps the last program among them. */
function readUpTo(text: string, to: number): void {
  let at = readTo
  if (at < to - REACH) {
    // Half a word is none.
    at = to - REACH
    programAt = -1
    while (at < to && isWord(codeAt(text, at))) at++
  }
  readTo = to
  while (at < to) {
    const code = codeAt(text, at)
    if (!isWord(code)) {
      // The end of a line or of a command: `;`, `&`, `|`.
      if (code === 10 || code === 59 || code === 38 || code === 124) programAt = -1
      at++
      continue
    }
    const from = at
    while (at < to && isWord(codeAt(text, at))) at++
    if (at - from > LONGEST_NAME || at - from < 2) continue
    const word = text.slice(from, at)
    const flags = PROGRAMS.get(word)
    if (flags !== undefined) {
      programAt = from
      programFlags = flags
    } else if (word === 'login' && programAt >= 0 && programFlags === CLIENT) programFlags = '-p '
  }
}
