// The documents: what is in the index, and new ones.
import { useEffect, useState } from 'preact/hooks'
import { call } from './api.js'
import { bytes, count, counted } from './format.js'
import { html } from './html.js'

const TYPES = { md: 'text/markdown', markdown: 'text/markdown', txt: 'text/plain', pdf: 'application/pdf' }

export function Documents() {
  const [documents, setDocuments] = useState([])
  const [state, setState] = useState({})
  const load = async () => {
    try {
      setDocuments((await (await call('/documents?limit=200')).json()).documents)
    } catch (error) {
      setState({ problem: error.message })
    }
  }
  useEffect(() => void load(), [])

  const upload = async (event) => {
    event.preventDefault()
    const file = event.target.elements.file.files[0]
    if (!file) return
    const type = TYPES[file.name.split('.').pop().toLowerCase()] ?? file.type
    setState({ busy: `Reading and indexing ${file.name} …` })
    try {
      const reply = await call(`/documents/${encodeURIComponent(file.name)}`, {
        method: 'PUT',
        headers: { 'content-type': type || 'application/octet-stream' },
        body: file
      })
      const { passages, version } = await reply.json()
      setState({
        done: `${file.name} is in the index: ${counted(passages, 'passage', 'passages')}, version ${version}. Answers that it made old are gone from the caches.`
      })
      await load()
    } catch (error) {
      setState({ problem: error.message })
    }
  }
  const remove = async (id) => {
    try {
      await call(`/documents/${encodeURIComponent(id)}`, { method: 'DELETE' })
      setState({ done: `${id} is gone from the index.` })
      await load()
    } catch (error) {
      setState({ problem: error.message })
    }
  }
  return html`
    <section aria-label="Documents">
      <h2>Documents</h2>
      <form onSubmit=${upload} class="upload">
        <label for="file">Markdown, text or PDF, up to 5 MiB</label>
        <input id="file" name="file" type="file" accept=".md,.markdown,.txt,.pdf" required />
        <button class="primary" disabled=${Boolean(state.busy)}>Upload</button>
      </form>
      <p role="status">${state.busy ?? state.done ?? ''}</p>
      <p role="alert" class="problem">${state.problem ?? ''}</p>
      <div class="scroll" tabindex="0" role="region" aria-label="Documents in the index">
        <table class="figures">
          <thead><tr><th scope="col">Document</th><th scope="col" class="number">Passages</th><th scope="col" class="number">Size</th><th scope="col" class="number">Version</th><th scope="col" class="number">Action</th></tr></thead>
          <tbody>
            ${documents.map(
              ({ id, passages, bytes: size, version }) => html`
                <tr key=${id}>
                  <th scope="row">${id}</th>
                  <td class="number">${count(passages)}</td>
                  <td class="number">${bytes(size)}</td>
                  <td class="number">${version}</td>
                  <td class="number"><button type="button" aria-label=${`Remove ${id}`} onClick=${() => remove(id)}>Remove</button></td>
                </tr>
              `
            )}
          </tbody>
        </table>
      </div>
    </section>
  `
}
