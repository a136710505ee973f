// Signing in and out; without it a visitor is the guest.
import { useEffect, useState } from 'preact/hooks'
import { call, json, session } from './api.js'
import { html } from './html.js'

export function SignIn() {
  const [caller, setCaller] = useState(session.get())
  const [problem, setProblem] = useState('')
  useEffect(() => {
    const follow = () => setCaller(session.get())
    session.addEventListener('change', follow)
    return () => session.removeEventListener('change', follow)
  }, [])
  const signIn = async (event) => {
    event.preventDefault()
    const { user, password } = Object.fromEntries(new FormData(event.target))
    try {
      const opened = await (await call('/sessions', json('POST', { user, password }))).json()
      session.set(opened)
      setProblem('')
    } catch (error) {
      setProblem(error.message)
    }
  }
  const signOut = async () => {
    await call('/sessions/current', { method: 'DELETE' }).catch(() => {})
    session.set(undefined)
  }
  if (caller) return html`<p class="caller">${caller.user} <button type="button" onClick=${signOut}>Sign out</button></p>`
  return html`
    <details class="caller">
      <summary>Guest</summary>
      <form onSubmit=${signIn} class="sign-in">
        <label>User <input name="user" autocomplete="username" required /></label>
        <label>Password <input name="password" type="password" autocomplete="current-password" required /></label>
        <button>Sign in</button>
        <p role="alert">${problem}</p>
      </form>
    </details>
  `
}
