// The log of a running scan grows as it is written; the rest of the page is read
// anew when the scan's state changes.
const near = 48 // pixels from the end that count as being at it

export function start(part) {
  if (!window.EventSource) return
  const list = part.querySelector('[data-log]')
  const live = part.querySelector('[data-log-live]')
  const source = new EventSource(part.dataset.events)
  let stage = list.querySelector('.log-stage:last-of-type')?.textContent ?? ''
  if (live) live.hidden = false
  source.addEventListener('line', (event) => {
    const follow = list.scrollHeight - list.scrollTop - list.clientHeight < near
    const line = JSON.parse(event.data)
    list.querySelector('.log-none')?.remove()
    if (line.stage !== stage) {
      stage = line.stage
      list.append(item('log-stage', stage))
    }
    const row = item(`log-line log-${line.level}`)
    row.append(text('time', '', line.time), text('span', 'log-level', line.level), text('span', 'log-text', line.text))
    list.append(row)
    if (follow) list.scrollTop = list.scrollHeight
  })
  source.addEventListener('state', refresh)
  source.addEventListener('end', () => {
    source.close()
    if (live) live.hidden = true
    refresh()
  })
  list.scrollTop = list.scrollHeight
}

function item(className, words) {
  const row = document.createElement('li')
  row.className = className
  if (words) row.textContent = words
  return row
}

function text(name, className, words) {
  const element = document.createElement(name)
  if (className) element.className = className
  element.textContent = words
  return element
}

let reading, again

// refresh reads the page anew and takes over what is above the log; one reading
// at a time, and one more if something happened meanwhile.
async function refresh() {
  if (reading) {
    again = true
    return
  }
  reading = true
  try {
    const answer = await fetch(location.href, { headers: { Accept: 'text/html' } })
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    for (const select of ['[data-swap-target]', '.title']) {
      const fresh = page.querySelector(select)
      if (answer.ok && fresh) document.querySelector(select)?.replaceWith(fresh)
    }
  } catch {
    // The server is away; the next event, or the reader, tries again.
  }
  reading = false
  if (again) {
    again = false
    refresh()
  }
}
