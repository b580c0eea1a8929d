import type { Messages } from "../messages.ts";

export const it: Messages = {
  code: "it",
  languageName: "Italiano",
  skipToContent: "Vai alla ricerca",
  pageLanguage: "Lingua di questa pagina",
  tagline: "Documentazione che il tuo assistente può cercare, leggere e citare.",
  pages: (count, isOne) => `${count} ${isOne ? "pagina" : "pagine"}`,
  sections: (count, isOne) => `${count} ${isOne ? "sezione" : "sezioni"}`,
  versions: (list) => `versioni ${list}`,

  searchLabel: "Cerca nella documentazione",
  searchPlaceholder: "Una domanda, un’opzione, un messaggio d’errore",
  searchButton: "Cerca",
  searchHint: "Lo stesso indice che usano gli assistenti, con il motivo di ogni risultato.",
  resultsHeading: "Risultati",
  resultCount: (count) => (count === 1 ? "1 risultato" : `${count} risultati`),
  noResults: "Nessuna pagina contiene queste parole.",
  onlyClosest: "Niente sembra rispondere. Le sezioni più vicine:",
  byWordsOnly: "Cercato solo per parole: la ricerca semantica non è disponibile al momento.",
  corrected: (query) => `Ricerca eseguita: «${query}».`,
  searchFailed: "La ricerca non ha risposto. Premi Invio per riprovare.",
  foundIn: "Trovato in",
  fields: { title: "titolo", headings: "intestazioni", text: "testo", code: "codice" },

  connectHeading: "Collega il tuo assistente",
  connectIntro: "Scegli il tuo client. Niente da installare.",
  privateByOauth: "Questa documentazione è privata. Accedi quando il tuo client te lo chiede.",
  privateByKeys:
    "Questa documentazione è privata. Nelle righe qui sotto, metti la chiave che hai ricevuto al posto di YOUR_KEY.",
  privateByBoth:
    "Questa documentazione è privata. Accedi quando il tuo client te lo chiede; un programma invia una chiave al posto di YOUR_KEY, come qui sotto.",
  chatgptOauthStep: "Incolla l’indirizzo qui sopra, scegli OAuth, salva e accedi.",
  needsOauth:
    "Questo client fa accedere le persone e non invia chiavi, e questo server accetta solo chiavi.",
  addressLabel: "Indirizzo del server MCP",
  copy: "Copia",
  copied: "Copiato",
  copyFailed: "Seleziona il testo e copialo",
  needsPublic:
    "Questo client si collega dal centro dati del suo produttore, quindi gli serve un indirizzo HTTPS pubblico, che questo server non ha.",
  addTo: (client) => `Aggiungi a ${client}`,
  orCommand: "Oppure in un terminale:",
  runCommand: "Esegui questo in un terminale:",
  orRead: "Oppure metti questo nelle impostazioni del client:",
  claudeNote:
    "Il link apre claude.ai con nome e indirizzo già compilati; premi Aggiungi. Poi il connettore funziona anche nelle app di Claude.",
  chatgptSteps: [
    "Apri `chatgpt.com/plugins` e premi +.",
    "Scegli «Add custom MCP server».",
    "Incolla l’indirizzo qui sopra, scegli nessuna autenticazione e salva.",
  ],
  chatgptNote: "Il tuo piano o spazio di lavoro deve consentire server personalizzati.",
  geminiSteps: [
    "In Gemini Enterprise apri i datastore e creane uno nuovo.",
    "Scegli «Custom MCP server».",
    "Incolla l’indirizzo qui sopra e scegli quali strumenti consentire.",
  ],
  geminiNote: "Lo fa un amministratore, una volta sola. Per la riga di comando, vedi Gemini CLI.",
  otherClients: "Altri",
  otherNote: "I client che leggono un file di impostazioni accettano di solito questa forma:",

  toolsHeading: "Che cosa ricevono gli assistenti",
  toolsIntro:
    "Due strumenti di sola lettura. Ecco una chiamata di ciascuno, a cui questo server ha appena risposto.",
  searchTool: "Trova le sezioni che rispondono a una domanda, ognuna con un URL da citare.",
  fetchTool: "Legge una pagina o una sezione, ridotta alla lunghezza richiesta.",
  call: "Chiamata",
  answer: "Risposta",
  noAnswer: "Non c’è ancora nessuna pagina da mostrare.",

  statusHeading: "Stato",
  index: "Indice",
  builtAt: (date) => `creato il ${date}`,
  certificate: "Certificato",
  certificateOfProxy: "Un proxy davanti a questo server si occupa di HTTPS.",
  noCertificate: "Nessuno: questo server parla HTTP in chiaro.",
  forAssistants: "Per assistenti e motori di ricerca",
  allPages: "Tutte le pagine",
  everything: "Tutto in un file",
};
