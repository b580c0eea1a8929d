import type { Messages } from "../messages.ts";

export const de: Messages = {
  code: "de",
  languageName: "Deutsch",
  skipToContent: "Zur Suche springen",
  pageLanguage: "Sprache dieser Seite",
  tagline: "Dokumentation, die Ihr Assistent durchsuchen, lesen und zitieren kann.",
  pages: (count, isOne) => `${count} ${isOne ? "Seite" : "Seiten"}`,
  sections: (count, isOne) => `${count} ${isOne ? "Abschnitt" : "Abschnitte"}`,
  versions: (list) => `Versionen ${list}`,

  searchLabel: "Dokumentation durchsuchen",
  searchPlaceholder: "Eine Frage, eine Option, eine Fehlermeldung",
  searchButton: "Suchen",
  searchHint: "Derselbe Index, den Assistenten benutzen, mit dem Grund für jeden Treffer.",
  resultsHeading: "Treffer",
  resultCount: (count) => `${count} Treffer`,
  noResults: "Keine Seite enthält eines dieser Wörter.",
  onlyClosest: "Nichts scheint darauf zu antworten. Die nächstliegenden Abschnitte:",
  byWordsOnly: "Nur nach Wörtern gesucht: Die semantische Suche ist gerade nicht verfügbar.",
  corrected: (query) => `Gesucht wurde „${query}“.`,
  searchFailed:
    "Die Suche hat nicht geantwortet. Mit der Eingabetaste versuchen Sie es noch einmal.",
  foundIn: "Gefunden in",
  fields: { title: "Titel", headings: "Überschriften", text: "Text", code: "Code" },

  connectHeading: "Assistenten verbinden",
  connectIntro: "Wählen Sie Ihr Programm. Zu installieren ist nichts.",
  privateByOauth:
    "Diese Dokumentation ist nicht öffentlich. Melden Sie sich an, wenn Ihr Programm Sie dazu auffordert.",
  privateByKeys:
    "Diese Dokumentation ist nicht öffentlich. Setzen Sie unten statt YOUR_KEY den Schlüssel ein, den Sie erhalten haben.",
  privateByBoth:
    "Diese Dokumentation ist nicht öffentlich. Melden Sie sich an, wenn Ihr Programm Sie dazu auffordert; ohne Anmeldung geht es mit einem Schlüssel statt YOUR_KEY, wie unten.",
  chatgptOauthStep:
    "Fügen Sie die Adresse von oben ein, wählen Sie OAuth, speichern Sie und melden Sie sich an.",
  needsOauth:
    "Dieses Programm meldet Personen an und sendet keine Schlüssel; dieser Server nimmt nur Schlüssel.",
  addressLabel: "Adresse des MCP-Servers",
  copy: "Kopieren",
  copied: "Kopiert",
  copyFailed: "Markieren Sie den Text und kopieren Sie ihn",
  needsPublic:
    "Dieses Programm verbindet sich aus dem Rechenzentrum seines Herstellers und braucht deshalb eine öffentliche HTTPS-Adresse, die dieser Server nicht hat.",
  addTo: (client) => `Zu ${client} hinzufügen`,
  orCommand: "Oder im Terminal:",
  runCommand: "Geben Sie das im Terminal ein:",
  orRead: "Oder tragen Sie das in die Einstellungen des Programms ein:",
  claudeNote:
    "Der Link öffnet claude.ai mit ausgefülltem Namen und ausgefüllter Adresse; bestätigen Sie dort mit „Hinzufügen“. Danach geht der Connector auch in den Apps von Claude.",
  chatgptSteps: [
    "Öffnen Sie `chatgpt.com/plugins` und drücken Sie +.",
    "Wählen Sie „Add custom MCP server“.",
    "Fügen Sie die Adresse von oben ein, wählen Sie keine Authentifizierung und speichern Sie.",
  ],
  chatgptNote: "Ihr Tarif oder Arbeitsbereich muss eigene Server erlauben.",
  geminiSteps: [
    "Öffnen Sie in Gemini Enterprise die Datenspeicher und legen Sie einen neuen an.",
    "Wählen Sie „Custom MCP server“.",
    "Fügen Sie die Adresse von oben ein und wählen Sie die erlaubten Werkzeuge.",
  ],
  geminiNote: "Das macht einmal ein Administrator. Für die Befehlszeile siehe Gemini CLI.",
  otherClients: "Andere",
  otherNote: "Programme mit einer Einstellungsdatei nehmen meist diese Form:",

  toolsHeading: "Was Assistenten bekommen",
  toolsIntro:
    "Zwei Werkzeuge, die nur lesen. Hier je ein Aufruf, den dieser Server eben beantwortet hat.",
  searchTool:
    "Findet die Abschnitte, die eine Frage beantworten, jeden mit einer URL zum Zitieren.",
  fetchTool: "Liest eine Seite oder einen Abschnitt, gekürzt auf die verlangte Länge.",
  call: "Aufruf",
  answer: "Antwort",
  noAnswer: "Noch gibt es keine Seite zu zeigen.",

  statusHeading: "Zustand",
  index: "Index",
  builtAt: (date) => `erstellt am ${date}`,
  certificate: "Zertifikat",
  certificateOfProxy: "Für HTTPS sorgt ein Proxy vor diesem Server.",
  noCertificate: "Keines: Dieser Server spricht unverschlüsseltes HTTP.",
  forAssistants: "Für Assistenten und Suchmaschinen",
  allPages: "Alle Seiten",
  everything: "Alles in einer Datei",
};
