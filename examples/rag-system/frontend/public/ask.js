// Ask, and watch the answer come; beside it what the system did for it.
import { useRef, useState } from 'preact/hooks'
import { call, events, json } from './api.js'
import { html } from './html.js'
import { Insides } from './insides.js'

const EXAMPLES = [
  'How do I redact secrets from objects with safe and fast paths?',
  'What is Fastify and why does it lower the cost of infrastructure?',
  'How do I record histograms and counters for Prometheus?'
]

export function Ask() {
  const [asked, setAsked] = useState()
  const running = useRef()
  const field = useRef()

  const ask = async (question) => {
    running.current?.abort()
    const leave = new AbortController()
    running.current = leave
    let state = { question, text: '', state: 'asking', startedAt: Date.now() }
    const change = (more) => {
      state = { ...state, ...more }
      if (running.current === leave) setAsked(state)
    }
    change({})
    try {
      const reply = await call('/ask', { ...json('POST', { question, stream: true }), signal: leave.signal })
      change({ traceId: reply.headers.get('x-trace-id'), state: 'answering' })
      for await (const event of events(reply)) {
        if (event.error) throw new Error(event.error)
        if (event.done) change({ state: 'done', text: event.done.answer, answer: event.done })
        else change({ text: state.text + event.text })
      }
      if (state.state !== 'done') throw new Error('The answer broke off.')
    } catch (error) {
      if (leave.signal.aborted) change({ state: 'stopped' })
      else if (state.state !== 'done') change({ state: 'failed', problem: error.message, traceId: state.traceId ?? error.traceId })
    }
  }
  const submit = (event) => {
    event.preventDefault()
    const question = field.current.value.trim()
    if (question) ask(question)
  }
  const suggest = (question) => {
    field.current.value = question
    ask(question)
  }
  const busy = asked && (asked.state === 'asking' || asked.state === 'answering')

  return html`
    <div class="ask">
      <section class="conversation" aria-label="Question and answer">
        <form onSubmit=${submit}>
          <label for="question">Your question</label>
          <textarea id="question" ref=${field} rows="2" maxlength="4000" required placeholder=${EXAMPLES[0]} onKeyDown=${(event) => {
            if (event.key === 'Enter' && !event.shiftKey) submit(event)
          }}></textarea>
          <div class="buttons">
            <button type="submit" class="primary">Ask</button>
            <button type="button" disabled=${!busy} onClick=${() => running.current?.abort()}>Stop</button>
          </div>
        </form>
        ${asked ? html`<${Answer} asked=${asked} />` : html`<${Examples} onChoose=${suggest} />`}
      </section>
      ${asked && html`<${Insides} asked=${asked} />`}
    </div>
  `
}

function Examples({ onChoose }) {
  return html`
    <p>Answers come from the Markdown of this repository and of the packages it stands on, with their sources. Try one of these:</p>
    <ul class="examples">
      ${EXAMPLES.map((question) => html`<li><button type="button" class="link" onClick=${() => onChoose(question)}>${question}</button></li>`)}
    </ul>
  `
}

const STATES = {
  asking: 'Searching …',
  answering: 'Answering …',
  stopped: 'Stopped. What had come so far stays.',
  failed: 'No answer.'
}

function Answer({ asked }) {
  const { question, text, state, answer, problem } = asked
  const status = state === 'done' ? fromOf(answer) : STATES[state]
  return html`
    <article class="answer" aria-busy=${state === 'asking' || state === 'answering'}>
      <h2>${question}</h2>
      <p class="text" aria-live="polite" data-testid="answer">${withCitations(text, answer?.sources ?? [])}</p>
      <p class=${`status ${state}`} role="status">${status}</p>
      ${problem && html`<p role="alert" class="problem">${problem}</p>`}
      ${answer && html`<${Sources} sources=${answer.sources} />`}
      ${answer && html`<${Feedback} key=${asked.traceId} target=${asked.traceId} />`}
    </article>
  `
}

function fromOf({ from, model }) {
  if (from === 'answers') return 'From the cache: this was asked before.'
  if (from === 'meaning') return 'From the cache: a question that means the same was asked before.'
  return `By ${model}.`
}

/** `[n]` becomes a link to its source. */
function withCitations(text, sources) {
  return text.split(/(\[\d+\])/).map((part) => {
    const number = /^\[(\d+)\]$/.exec(part)?.[1]
    return number && sources[number - 1]
      ? html`<a class="citation" href=${`#source-${number}`} aria-label=${`Source ${number}`} onClick=${(event) => jumpTo(event, number)}>${number}</a>`
      : part
  })
}

function jumpTo(event, number) {
  event.preventDefault()
  const source = document.getElementById(`source-${number}`)
  source?.setAttribute('open', '')
  source?.querySelector('summary')?.focus()
}

function Sources({ sources }) {
  return html`
    <h3>Sources</h3>
    <ol class="sources">
      ${sources.map(
        ({ document, heading, text }, index) => html`
          <li>
            <details id=${`source-${index + 1}`}>
              <summary>${document}${heading && html` <span class="quiet">${heading}</span>`}</summary>
              <blockquote>${text}</blockquote>
            </details>
          </li>
        `
      )}
    </ol>
  `
}

function Feedback({ target }) {
  const [given, setGiven] = useState()
  const give = async (score) => {
    await call('/feedback', json('POST', { target: target ?? '', score })).then(
      () => setGiven(score),
      () => {}
    )
  }
  if (given !== undefined) return html`<p class="quiet" role="status">Thank you.</p>`
  return html`
    <p class="feedback">
      Was this helpful?
      <button type="button" onClick=${() => give(1)}>Yes</button>
      <button type="button" onClick=${() => give(-1)}>No</button>
    </p>
  `
}
