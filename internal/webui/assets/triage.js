// The bar that decides says how many rows are ticked.
export function start(bar) {
  const form = bar.closest('form')
  const says = bar.querySelector('[data-picked]')
  const tell = () => {
    const n = form.querySelectorAll('.pick:checked').length
    says.textContent = n ? `${n} selected` : 'Decide on what is ticked'
  }
  form.addEventListener('change', tell)
  tell()
}
