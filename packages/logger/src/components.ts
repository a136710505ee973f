// Levels of single components, which children take from their `component` binding.
import type { Logger } from 'pino'

export interface Components {
  /** Notes a child that has a component and gives it the component's level. */
  join(component: string, child: Logger): void
  /** Sets the level of a component, or gives it back to its parent when `level` is undefined. */
  set(component: string, level: string | undefined): void
  level(component: string): string | undefined
}

/** Children are held weakly: a component logger made for one request goes with it. */
const MAX_CHILDREN = 10_000

export function createComponents(): Components {
  const levels = new Map<string, string>()
  const children = new Map<string, Set<WeakRef<Logger>>>()
  let count = 0

  function sweep(): void {
    count = 0
    for (const [component, members] of children) {
      for (const member of members) if (!member.deref()) members.delete(member)
      count += members.size
      if (members.size === 0) children.delete(component)
    }
  }

  return {
    join(component, child) {
      const level = levels.get(component)
      if (level !== undefined) child.level = level
      if (count >= MAX_CHILDREN) sweep()
      if (count >= MAX_CHILDREN) return
      let members = children.get(component)
      if (!members) children.set(component, (members = new Set()))
      members.add(new WeakRef(child))
      count++
    },
    set(component, level) {
      if (level === undefined) levels.delete(component)
      else levels.set(component, level)
      for (const member of children.get(component) ?? []) {
        const child = member.deref()
        if (!child) continue
        if (level === undefined) inheritLevel(child)
        else child.level = level
      }
    },
    level: (component) => levels.get(component)
  }
}

/** pino gives an instance its own log methods when its level is set; without them it follows its parent again. */
function inheritLevel(child: Logger): void {
  const own = child as unknown as Record<string | symbol, unknown>
  for (const name of Object.keys(child.levels.values)) if (Object.hasOwn(own, name)) delete own[name]
  for (const symbol of Object.getOwnPropertySymbols(own)) if (symbol.description === 'pino.levelVal') delete own[symbol]
}
