// Brings what a link points to into view, and gives it the focus: after the page's heading has had it.
export function here(node: HTMLElement, wanted: boolean): { update: (wanted: boolean) => void } {
  function show(): void {
    setTimeout(() => {
      node.tabIndex = -1;
      node.scrollIntoView({ block: "center" });
      node.focus({ preventScroll: true });
    }, 60);
  }
  if (wanted) show();
  let before = wanted;
  return {
    update(now: boolean) {
      if (now && !before) show();
      before = now;
    },
  };
}
