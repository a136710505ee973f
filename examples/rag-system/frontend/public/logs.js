// The log lines of a question, over all services, in the order of time.
import { html } from './html.js'

/** What every line has, or what the trace shows better. */
const DULL = new Set([
  'time',
  'level',
  'msg',
  'service',
  'version',
  'environment',
  'traceId',
  'spanId',
  'requestId',
  'pid',
  'hostname',
  'method',
  'route',
  'url',
  'firstByteMs',
  'requestBytes',
  'responseBytes'
])

export function Logs({ lines }) {
  return html`
    <h3>Log lines <span class="quiet">${lines.length}</span></h3>
    <div class="scroll" tabindex="0" role="region" aria-label="Log lines">
      <table class="logs">
        <thead class="hidden"><tr><th>Level</th><th>Service</th><th>Line</th></tr></thead>
        <tbody>
          ${lines.map(
            (line) => html`
              <tr key=${`${line.time}${line.spanId}${line.msg}`}>
                <td class=${`level ${line.level}`}>${line.level}</td>
                <td class="service">${line.service}</td>
                <td><strong>${line.msg}</strong> <span class="quiet">${fieldsOf(line)}</span></td>
              </tr>
            `
          )}
        </tbody>
      </table>
    </div>
  `
}

function fieldsOf(line) {
  return Object.entries(line)
    .filter(([field, value]) => !DULL.has(field) && value !== null && value !== undefined)
    .map(([field, value]) => `${field}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ')
}
