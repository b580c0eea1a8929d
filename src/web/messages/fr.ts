import type { Messages } from "../messages.ts";

export const fr: Messages = {
  code: "fr",
  languageName: "Français",
  skipToContent: "Aller à la recherche",
  pageLanguage: "Langue de cette page",
  tagline: "Une documentation que votre assistant peut interroger, lire et citer.",
  pages: (count, isOne) => `${count} ${isOne ? "page" : "pages"}`,
  sections: (count, isOne) => `${count} ${isOne ? "section" : "sections"}`,
  versions: (list) => `versions ${list}`,

  searchLabel: "Chercher dans la documentation",
  searchPlaceholder: "Une question, une option, un message d’erreur",
  searchButton: "Chercher",
  searchHint: "Le même index que celui des assistants, avec la raison de chaque résultat.",
  resultsHeading: "Résultats",
  resultCount: (count) => (count < 2 ? `${count} résultat` : `${count} résultats`),
  noResults: "Aucune page ne contient ces mots.",
  onlyClosest: "Rien ne semble répondre à cette question. Les sections les plus proches :",
  byWordsOnly:
    "Recherche par mots seulement : la recherche sémantique n’est pas disponible pour le moment.",
  corrected: (query) => `Recherche effectuée : « ${query} ».`,
  searchFailed: "La recherche n’a pas répondu. Appuyez sur Entrée pour réessayer.",
  foundIn: "Trouvé dans",
  fields: { title: "titre", headings: "intertitres", text: "texte", code: "code" },

  connectHeading: "Connecter votre assistant",
  connectIntro: "Choisissez votre client. Rien à installer.",
  privateByOauth:
    "Cette documentation est privée. Connectez-vous quand votre client vous le demande.",
  privateByKeys:
    "Cette documentation est privée. Dans les lignes ci-dessous, mettez la clé que vous avez reçue à la place de YOUR_KEY.",
  privateByBoth:
    "Cette documentation est privée. Connectez-vous quand votre client vous le demande ; un programme envoie une clé à la place de YOUR_KEY, comme ci-dessous.",
  chatgptOauthStep: "Collez l’adresse ci-dessus, choisissez OAuth, enregistrez et connectez-vous.",
  needsOauth:
    "Ce client connecte des personnes et n’envoie pas de clé ; ce serveur n’accepte que des clés.",
  addressLabel: "Adresse du serveur MCP",
  copy: "Copier",
  copied: "Copié",
  copyFailed: "Sélectionnez le texte et copiez-le",
  needsPublic:
    "Ce client se connecte depuis le centre de données de son éditeur ; il lui faut une adresse HTTPS publique, que ce serveur n’a pas.",
  addTo: (client) => `Ajouter à ${client}`,
  orCommand: "Ou dans un terminal :",
  runCommand: "Exécutez ceci dans un terminal :",
  orRead: "Ou placez ceci dans la configuration du client :",
  claudeNote:
    "Le lien ouvre claude.ai, nom et adresse déjà remplis ; validez par Ajouter. Le connecteur fonctionne ensuite aussi dans les applications Claude.",
  chatgptSteps: [
    "Ouvrez `chatgpt.com/plugins` et appuyez sur +.",
    "Choisissez « Add custom MCP server ».",
    "Collez l’adresse ci-dessus, choisissez sans authentification et enregistrez.",
  ],
  chatgptNote: "Votre offre ou votre espace de travail doit autoriser les serveurs personnalisés.",
  geminiSteps: [
    "Dans Gemini Enterprise, ouvrez les magasins de données et créez-en un.",
    "Choisissez « Custom MCP server ».",
    "Collez l’adresse ci-dessus et choisissez les outils autorisés.",
  ],
  geminiNote: "Un administrateur le fait une seule fois. En ligne de commande, voir Gemini CLI.",
  otherClients: "Autres",
  otherNote:
    "Les clients qui lisent un fichier de configuration acceptent en général cette forme :",

  toolsHeading: "Ce que reçoivent les assistants",
  toolsIntro:
    "Deux outils qui ne font que lire. Voici un appel de chacun, auquel ce serveur vient de répondre.",
  searchTool: "Trouve les sections qui répondent à une question, chacune avec une URL à citer.",
  fetchTool: "Lit une page ou une section, ramenée à la longueur demandée.",
  call: "Appel",
  answer: "Réponse",
  noAnswer: "Il n’y a pas encore de page à montrer.",

  statusHeading: "État",
  index: "Index",
  builtAt: (date) => `créé le ${date}`,
  certificate: "Certificat",
  certificateOfProxy: "Un proxy placé devant ce serveur assure HTTPS.",
  noCertificate: "Aucun : ce serveur parle HTTP sans chiffrement.",
  forAssistants: "Pour les assistants et les moteurs de recherche",
  allPages: "Toutes les pages",
  everything: "Tout en un fichier",
};
