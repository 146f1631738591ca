// Voices: words that nobody can change, where they are used, what was done, and whether that is fair.
import assert from "node:assert/strict";
import { closed } from "./closed.mjs";

export async function voices(step, { priya, nadia }) {
  const voice = (one, speaker) => one.page.getByRole("article", { name: `What ${speaker} said` });

  await step("voices stand by side, with how they were obtained and what was done; not yet asked is not blank", async () => {
    await priya.heading("Voices");
    await voice(priya, "A").getByText("Nobody asked why").first().waitFor();
    await voice(priya, "A").getByText("We used it.").first().waitFor();
    await voice(priya, "A").getByRole("link", { name: "Goal 3" }).waitFor();
    await voice(priya, "a friend").getByText("Not yet answered").first().waitFor();
    await voice(priya, "a grandmother").getByText("by phone").first().waitFor();
    assert.equal(await priya.page.locator(".kith-tag--waits", { hasText: "not yet asked" }).count() > 0, true);
    await priya.screen("voices");
  });

  await step("nobody can change somebody's words, and only whoever wrote them down can take them out", async () => {
    assert.equal(await priya.page.getByRole("button", { name: /^Edit:.*When we are together/ }).count(), 0);
    assert.equal(await voice(priya, "A").getByRole("button", { name: /^Take it out/ }).count(), 1, "Priya wrote down what A said");
    assert.equal(await voice(priya, "C").getByRole("button", { name: /^Take it out/ }).count(), 0, "Nadia wrote down what C said");
  });

  await step("an answer starts from where it was used; not used needs no place; the draft outlives leaving the page", async () => {
    const friend = voice(priya, "a friend");
    await friend.getByRole("button", { name: /^Answer/ }).click();
    const text = friend.getByLabel("A sentence or two to them");
    const draft = await text.inputValue();
    assert.match(draft, /^We used what you said in /, draft);
    await priya.screen("voices-answer");
    await text.fill(`${draft} The council was asked for lights.`);
    await priya.page.waitForTimeout(600);
    await priya.follow("Plan");
    await priya.heading("Plan");
    await priya.follow("Voices");
    assert.match(await friend.getByLabel("A sentence or two to them").inputValue(), /asked for lights/);
    await friend.getByLabel("We used it").check();
    await friend.getByRole("button", { name: "Add the answer" }).click();
    await closed(friend);
    await friend.getByText("Not yet answered").waitFor({ state: "detached" });
    await friend.locator(".kith-answer", { hasText: "The council was asked for lights." }).waitFor();
    await nadia.follow("Voices");
    await voice(nadia, "a friend").getByText("The council was asked for lights.").first().waitFor();
  });

  await step("the sentence is edited; told, and is that fair?", async () => {
    const friend = voice(priya, "a friend");
    await friend.getByRole("button", { name: /^Edit the sentence/ }).click();
    await friend.getByLabel("Edit the answer").fill("We used what you said. The council was asked for lights in March.");
    await friend.getByRole("button", { name: "Update" }).click();
    await closed(friend);
    await friend.getByText("lights in March").first().waitFor();
    await friend.getByRole("button", { name: /^Is that fair/ }).click();
    await friend.getByLabel("Not really").check();
    await friend.getByLabel("Why, in their words").fill("It is still dark.");
    await priya.screen("voices-fair");
    await friend.getByRole("button", { name: "Record it" }).click();
    await closed(friend);
    await friend.getByText("“It is still dark.”").first().waitFor();
  });

  await step("words are tied to a place, and refused without agreement; a refusal keeps what was typed", async () => {
    const a = voice(priya, "A");
    await a.getByRole("button", { name: /^Tie to/ }).click();
    await a.getByLabel("What is it about?").selectOption("2.3");
    await a.getByRole("button", { name: /^Add/ }).click();
    await a.getByRole("button", { name: "Tie", exact: true }).click();
    await closed(a);
    await a.getByRole("link", { name: /^2\.3/ }).waitFor();
    const group = priya.page.getByRole("region", { name: "Group functioning" });
    await group.getByRole("button", { name: /^Add what they said.*parents and carers/ }).click();
    const form = group.getByRole("form", { name: /Add what they said: parents/ });
    await form.getByLabel("In their own words").fill("They walk my youngest home too.");
    await form.getByLabel("Who, in a word").fill("a father");
    await form.getByLabel("How did you hear it?").fill("at home, read back");
    await form.getByLabel("not agreed", { exact: true }).check();
    await form.getByRole("button", { name: "Add their words" }).click();
    await form.getByText("did not agree to this being written here").first().waitFor();
    await priya.screen("voices-refused");
    assert.equal(await form.getByLabel("In their own words").inputValue(), "They walk my youngest home too.");
    await form.getByLabel("agreed", { exact: true }).check();
    await form.getByRole("button", { name: "Add their words" }).click();
    await voice(priya, "a father").getByText("walk my youngest home").first().waitFor();
    await voice(nadia, "a father").getByText("walk my youngest home").first().waitFor();
    assert.equal(await voice(nadia, "a father").getByRole("button", { name: /^Take it out/ }).count(), 0);
  });

  await step("that somebody was asked can be recorded; words are taken out with a reason, by whoever wrote them down", async () => {
    const adults = priya.page.getByRole("region", { name: "Guardianship capacity" });
    await adults.getByRole("button", { name: /^Record that they were asked.*Young people/ }).click();
    await adults.getByLabel("asked; not known").check();
    await adults.getByRole("button", { name: "Record it" }).click();
    await closed(adults);
    await adults.locator(".kith-tag", { hasText: "asked; not known" }).waitFor();
    const father = voice(priya, "a father");
    await father.getByRole("button", { name: /^Take it out/ }).click();
    await father.getByLabel("Why is it taken out?").fill("He asked for it.");
    await father.getByRole("button", { name: "Take it out" }).click();
    await father.getByText("Taken out: He asked for it.").first().waitFor();
    await priya.page.getByText("walk my youngest home").first().waitFor({ state: "detached" });
  });
}
