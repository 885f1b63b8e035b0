// Where what the services advise is done: the sentences of `can_do_next`, by how they begin.
const WAYS: readonly (readonly [begins: string, at: string])[] = [
  ["Log your own research", "/city/log"],
  ["Ask your contact", "/city/conversation"],
  ["Propose a time for the debriefing", "/city/debrief"],
  ["Choose one of the times that are proposed for the debriefing", "/city/debrief"],
  ["Invite fellow members to the debriefing", "/city/debrief"],
  ["Answer the optional questions", "/city/answers"],
  ["Narrow the search", "/city/answers"],
  ["Choose three to five of the proposed cities", "/city/prospects"],
  ["Resume the search", "#rest"],
  ["Say Yes again", "/city"],
  ["Write your letter of invitation", "/city/documents"],
  ["Write the letter of invitation", "/city/documents"],
  ["Prepare the council", "/city/documents"],
  ["Prepare the agreement", "/city/documents"],
  ["Sign a letter of intent", "/city/documents"],
  ["Have the council adopt", "/city/documents"],
  ["Choose one of the times that are proposed for the conversation", "#cities"],
  ["Prepare the conversation", "#cities"],
];

export function wayTo(sentence: string): string | undefined {
  return WAYS.find(([begins]) => sentence.startsWith(begins))?.[1];
}
