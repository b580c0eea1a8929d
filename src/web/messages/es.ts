import type { Messages } from "../messages.ts";

export const es: Messages = {
  code: "es",
  languageName: "Español",
  skipToContent: "Ir a la búsqueda",
  pageLanguage: "Idioma de esta página",
  tagline: "Documentación que su asistente puede buscar, leer y citar.",
  pages: (count, isOne) => `${count} ${isOne ? "página" : "páginas"}`,
  sections: (count, isOne) => `${count} ${isOne ? "sección" : "secciones"}`,
  versions: (list) => `versiones ${list}`,

  searchLabel: "Buscar en la documentación",
  searchPlaceholder: "Una pregunta, una opción, un mensaje de error",
  searchButton: "Buscar",
  searchHint: "El mismo índice que usan los asistentes, con el motivo de cada resultado.",
  resultsHeading: "Resultados",
  resultCount: (count) => (count === 1 ? "1 resultado" : `${count} resultados`),
  noResults: "Ninguna página contiene estas palabras.",
  onlyClosest: "Nada parece responder a esto. Las secciones más cercanas:",
  byWordsOnly: "Solo se ha buscado por palabras: la búsqueda semántica no está disponible ahora.",
  corrected: (query) => `Se buscó «${query}».`,
  searchFailed: "La búsqueda no respondió. Pulse Intro para intentarlo de nuevo.",
  foundIn: "Encontrado en",
  fields: { title: "título", headings: "encabezados", text: "texto", code: "código" },

  connectHeading: "Conecte su asistente",
  connectIntro: "Elija su cliente. No hay nada que instalar.",
  privateByOauth: "Esta documentación es privada. Inicie sesión cuando su cliente se lo pida.",
  privateByKeys:
    "Esta documentación es privada. En las líneas de abajo, ponga la clave que le dieron en lugar de YOUR_KEY.",
  privateByBoth:
    "Esta documentación es privada. Inicie sesión cuando su cliente se lo pida; un programa envía una clave en lugar de YOUR_KEY, como abajo.",
  chatgptOauthStep: "Pegue la dirección de arriba, elija OAuth, guarde e inicie sesión.",
  needsOauth:
    "Este cliente inicia sesión con personas y no envía claves, y este servidor solo acepta claves.",
  addressLabel: "Dirección del servidor MCP",
  copy: "Copiar",
  copied: "Copiado",
  copyFailed: "Seleccione el texto y cópielo",
  needsPublic:
    "Este cliente se conecta desde el centro de datos de su fabricante, así que necesita una dirección HTTPS pública, y este servidor no la tiene.",
  addTo: (client) => `Añadir a ${client}`,
  orCommand: "O en un terminal:",
  runCommand: "Ejecute esto en un terminal:",
  orRead: "O ponga esto en la configuración del cliente:",
  claudeNote:
    "El enlace abre claude.ai con el nombre y la dirección ya rellenados; pulse Añadir. El conector funciona después también en las aplicaciones de Claude.",
  chatgptSteps: [
    "Abra `chatgpt.com/plugins` y pulse +.",
    "Elija «Add custom MCP server».",
    "Pegue la dirección de arriba, elija sin autenticación y guarde.",
  ],
  chatgptNote: "Su plan o espacio de trabajo debe permitir servidores propios.",
  geminiSteps: [
    "En Gemini Enterprise, abra los almacenes de datos y cree uno nuevo.",
    "Elija «Custom MCP server».",
    "Pegue la dirección de arriba y elija qué herramientas permitir.",
  ],
  geminiNote: "Lo hace un administrador, una sola vez. Para la línea de comandos, vea Gemini CLI.",
  otherClients: "Otros",
  otherNote: "Los clientes que leen un archivo de configuración suelen aceptar esta forma:",

  toolsHeading: "Lo que reciben los asistentes",
  toolsIntro:
    "Dos herramientas que solo leen. Aquí hay una llamada de cada una, respondida ahora mismo por este servidor.",
  searchTool:
    "Encuentra las secciones que responden a una pregunta, cada una con su URL para citar.",
  fetchTool: "Lee una página o una sección, recortada a la longitud pedida.",
  call: "Llamada",
  answer: "Respuesta",
  noAnswer: "Todavía no hay ninguna página que mostrar.",

  statusHeading: "Estado",
  index: "Índice",
  builtAt: (date) => `creado el ${date}`,
  certificate: "Certificado",
  certificateOfProxy: "Un proxy delante de este servidor se encarga de HTTPS.",
  noCertificate: "Ninguno: este servidor habla HTTP sin cifrar.",
  forAssistants: "Para asistentes y buscadores",
  allPages: "Todas las páginas",
  everything: "Todo en un archivo",
};
