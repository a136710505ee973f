// One PDF: its text, page by page, by pdf.js as `unpdf` packs it.
import { parentPort, workerData } from 'node:worker_threads'
import { extractText, getDocumentProxy } from 'unpdf'

try {
  const { text } = await extractText(await getDocumentProxy(new Uint8Array(workerData)))
  parentPort.postMessage({ text: text.join('\n\n') })
} catch (error) {
  parentPort.postMessage({ error: String(error?.message ?? error).slice(0, 200) })
}
