import type { InstructionKind } from "./instruction-like.ts";

/**
 * What pages that speak to the model say in other languages than English: orders to forget earlier
 * instructions, to be somebody else, to keep something from the user. Words of a language are
 * separated by white space; `A|B` are alternatives, `?` after a group makes it optional.
 */
interface Phrases {
  readonly override: readonly string[];
  readonly roleChange: readonly string[];
  readonly secrecy: readonly string[];
}

const WORDS: Readonly<Record<string, Phrases>> = {
  de: {
    override: [
      "(?:ignorier(?:e|t|en)?|missacht(?:e|et|en)|vergiss|vergesst|verwirf|übergeh(?:e|t|en)?)( sie)?( bitte)?( alle| sämtliche| jegliche)?( die| deine| ihre| diese| meine)?( bisherigen?| vorherigen?| vorigen?| früheren?| vorangegangenen?| vorhergehenden?| obigen?| ursprünglichen?| bestehenden?) (?:anweisung(?:en)?|instruktion(?:en)?|vorgaben?|regeln?|befehle?|richtlinien?|systemprompts?|prompts?)",
      "(?:ignorier(?:e|t|en)?|vergiss|vergesst) alles,?( was)?( (?:dir|ihnen|du|oben|vorher|zuvor|bisher)){1,3}",
    ],
    roleChange: [
      "ab (?:jetzt|sofort) (?:bist|musst|wirst|sollst) du",
      "von nun an (?:bist|musst|wirst|sollst) du",
      "du bist (?:jetzt|nun|ab sofort) (?:ein|eine|mein|kein) (?:unbeschränkte[rs]?|uneingeschränkte[rs]?|unzensierte[rs]?|neue[rs]?|böse[rs]?|andere[rs]?|assistent|ki|hacker)",
    ],
    secrecy: [
      "(?:sag|sage|sagt|verrate|verrat|erzähle|erzähl|erzählen|sagen|zeige)( sie)?( es| das| dies)? (?:dem|der|den) (?:nutzer|benutzer|anwender|menschen)(?:in)?( davon| darüber)? (?:nicht|nichts)",
      "ohne (?:es |das |dies )?(?:dem|den) (?:nutzer|benutzer|anwender)( darüber)? (?:zu sagen|mitzuteilen|zu informieren|zu verraten)",
      "informier(?:e|en)( sie)? (?:den|die) (?:nutzer|benutzer|anwender)(?:in)?( darüber)? nicht",
    ],
  },
  es: {
    override: [
      "(?:ignora|ignore|ignorad|olvida|olvide|olvidad|descarta|descarte|omite|omita)( por favor)?( todas| cualquier)?( las| tus| sus| mis| estas)? (?:instrucciones|instrucción|indicaciones|órdenes|ordenes|reglas|directrices)( que (?:te|se te) (?:dieron|han dado))? (?:anteriores|anterior|previas|previa|precedentes|originales|del sistema)",
      "ha(?:z|ga) caso omiso de( todas)? (?:las|tus) (?:instrucciones|indicaciones|órdenes|reglas)",
      "(?:olvida|ignora) todo lo (?:anterior|que te (?:dijeron|han dicho))",
    ],
    roleChange: [
      "(?:a partir de ahora|de ahora en adelante),? (?:eres|serás|debes|actuarás|tienes que)",
      "ahora eres (?:un|una|el|la) (?:asistente|ia|modelo|hacker|experto)",
    ],
    secrecy: [
      "no (?:se lo |le )?(?:digas|diga|cuentes|menciones|mencione|reveles|revele|informes|informe|avises|muestres)( esto| nada| de esto)? al (?:usuario|humano)",
      "sin (?:decírselo|informar|avisar|decirle)( nada)? al usuario",
    ],
  },
  fr: {
    override: [
      "(?:ignore[zsr]?|oublie[zsr]?|néglige[zs]?|écarte[zs]?)( toutes?)?( les| tes| vos| ces| mes)? (?:instructions?|consignes?|directives?|règles?|ordres?)( système)? (?:précédente?s?|antérieure?s?|ci-dessus|initiale?s?|d['’]origine|existante?s?)",
      "ne (?:tiens|tenez) (?:pas|aucun) compte( de| des)( toutes)?( les)? (?:instructions|consignes|directives|règles)",
      "oublie[zs]? tout ce qui (?:précède|a été dit)",
    ],
    roleChange: [
      "(?:à partir de maintenant|désormais|dorénavant),? (?:tu es|tu dois|vous êtes un|vous êtes une|tu agiras|tu seras)",
      "tu es (?:maintenant|désormais) (?:un|une|mon)",
    ],
    secrecy: [
      "ne (?:le |la )?(?:dis|dites|révèle|révélez|mentionne|mentionnez|montre|montrez|signale|signalez|parle|parlez)( en)?( pas| rien| jamais)( cela| ceci| ça)? (?:à l['’]utilisateur|à l['’]utilisatrice)",
      "n['’]informe[zs]? pas l['’]utilisateur",
      "sans (?:le dire à|en informer|prévenir|avertir|informer) l['’]utilisateur",
    ],
  },
  it: {
    override: [
      "(?:ignora|ignorate|ignori|dimentica|dimenticate|trascura|scarta)( tutte)?( le| tue| queste| le tue| le mie)? (?:istruzioni|indicazioni|direttive|regole|ordini)( di sistema)? (?:precedenti|precedente|anteriori|iniziali|originali|di cui sopra|sopra)",
      "(?:ignora|dimentica) (?:tutto )?(?:quello|ciò) che (?:ti è stato|precede)",
      "non tenere conto (?:delle|di tutte le) (?:istruzioni|indicazioni|regole)",
    ],
    roleChange: [
      "(?:d['’]ora in poi|da ora in poi|da adesso),? (?:sei|devi|sarai|agirai)",
      "(?:ora|adesso) sei (?:un |una |il |un['’])(?:assistente|ia|modello|hacker)",
    ],
    secrecy: [
      "non (?:dirlo|dire|rivelare|rivelarlo|menzionare|menzionarlo|mostrare|mostrarlo|comunicare)( questo| nulla| niente)? all['’]utente",
      "non informare l['’]utente",
      "senza (?:dirlo all|informare l|avvisare l)['’]utente",
    ],
  },
  pt: {
    override: [
      "(?:ignore|ignora|ignorem|esqueça|esquece|desconsidere|desconsidera|descarte)( todas)?( as| suas| tuas| estas| minhas)?( suas)? (?:instruções|orientações|diretrizes|regras|ordens|instrução)( do sistema)? (?:anteriores|anterior|prévias|precedentes|originais|acima|iniciais)",
      "(?:esqueça|esquece|ignore) tudo o que (?:foi dito|lhe disseram|te disseram)",
    ],
    roleChange: [
      "(?:a partir de agora|de agora em diante),? (?:você|tu) (?:é|és|deve|deves|será|serás)",
      "(?:você agora é|agora você é) (?:um|uma|o|a) (?:assistente|ia|modelo|hacker)",
    ],
    secrecy: [
      "não (?:conte|diga|digas|revele|reveles|mencione|menciones|informe|informes|mostre)( isso| isto| nada)? ao (?:usuário|utilizador)",
      "sem (?:informar|avisar|contar a|dizer a)o? (?:o )?(?:usuário|utilizador)",
    ],
  },
  ru: {
    override: [
      "(?:проигнорируй|игнорируй|забудь|отбрось|отмени|игнорировать|забыть)(?:те)?( пожалуйста)?( все| всё)?( эти| твои| ваши| мои)?( предыдущие| прежние| прошлые| предшествующие| вышеуказанные| вышеприведённые| ранее данные| исходные| системные)( системные)? (?:инструкции|указания|команды|правила|директивы|приказы|промпты|подсказки)",
      "не обращай(?:те)? внимани[ея] на( все)?( предыдущие| прежние) (?:инструкции|указания|команды|правила)",
      "забудь(?:те)? (?:всё|все),? что (?:тебе|вам|было)",
    ],
    roleChange: [
      "(?:с этого момента|с этой минуты|отныне),? (?:ты|вы (?:должны|будете|являетесь))",
      "(?:теперь ты|ты теперь) (?:ассистент|помощник|модель|хакер|неограниченный|другой)",
    ],
    secrecy: [
      "не (?:говори|сообщай|рассказывай|показывай|раскрывай|упоминай)(?:те)?( об этом| этого| это| ничего)? пользовател(?:ю|ям)",
      "не (?:сообщая|говоря|уведомляя)( об этом)? пользовател(?:ю|я)",
      "не уведомляй(?:те)? пользователя",
    ],
  },
};

/** Languages without spaces between words; a pattern of theirs is taken as it is. */
const UNSPACED: Readonly<Record<string, Phrases>> = {
  zh: {
    override: [
      "(?:忽略|无视|無視|忽視|忽视|忘记|忘記|忘掉|不要理会|不要理會|抛弃|丢弃)(?:掉|了|你|您|所有|全部|一切|的|这些|這些|任何){0,5}(?:之前|以前|上面|以上|先前|此前|前面|上述|原来|原先|系统|系統|過去|过去)(?:给|給|你|您|所有|全部|的|任何|收到|一切){0,6}(?:指令|指示|命令|提示词|提示詞|提示|规则|規則|要求)",
    ],
    roleChange: [
      "(?:从现在起|从现在开始|從現在起|從現在開始|从此刻起)[,，]?(?:你|您)(?:是|将|將|必须|必須|要|就是|应该)",
      "(?:你|您)(?:现在|現在)是(?:一个|一名|一位|一個)(?:没有|不受|无|助手|黑客)",
    ],
    secrecy: [
      "(?:不要|别|勿|禁止|不得|不能)(?:把这|把此事|将此)?(?:告诉|告訴|告知|通知|透露给|透露給|提醒|向)(?:该|此)?(?:用户|用戶|使用者)",
    ],
  },
  ja: {
    override: [
      "(?:以前|これまで|これ以前|上記|先|前|今まで|従来|元|過去|システム)(?:まで)?の(?:すべて|全て|全部|あらゆる|指定)?(?:の)?(?:指示|命令|プロンプト|ルール|指令|規則)(?:を|は|も)?(?:すべて|全て|全部|完全に){0,2}(?:無視|忘れ|破棄|上書き)",
      "(?:すべて|全て|あらゆる|全部)の(?:以前の|これまでの)?(?:指示|命令|プロンプト|指令)を(?:無視|忘れ|破棄)",
    ],
    roleChange: [
      "(?:今から|これから|これより|ここから)[、,]?(?:あなた|君|お前|貴方)は",
      "あなたは(?:今|もう)(?:、)?(?:制限のない|無制限の|別の)",
    ],
    secrecy: [
      "(?:ユーザー|ユーザ|利用者|使用者)(?:に|には)(?:は)?(?:この|その|それ|これ|こと|を|の|決して|絶対に|何も){0,6}(?:言わ|知らせ|伝え|教え|明かさ|話さ|見せ|報告し)(?:ないで|ない|ては|てはいけ|るな|な)",
    ],
  },
};

const KIND_OF: Readonly<Record<keyof Phrases, InstructionKind>> = {
  override: "override",
  roleChange: "role-change",
  secrecy: "secrecy",
};
const NAMES = ["override", "roleChange", "secrecy"] as const;

/** Between two words: emphasis may stand there. */
const GAP = "[\\s*_]{1,8}";

type KindPatterns = readonly (readonly [kind: InstructionKind, pattern: RegExp])[];

/** Languages of {@link WORDS} whose every phrase has letters that no Latin script has. */
const BEYOND_LATIN: readonly string[] = ["ru"];

/**
 * A pattern for each kind, over the languages in Latin script. All repetitions are bounded and a match
 * begins at one of a few words, so the time is linear in the text.
 */
export const LATIN_PHRASES: KindPatterns = patternsOf(
  Object.keys(WORDS).filter((language) => !BEYOND_LATIN.includes(language)),
  [],
);

/** The same over the others, which nothing matches that is {@link isLatin}. */
export const OTHER_PHRASES: KindPatterns = patternsOf(BEYOND_LATIN, Object.keys(UNSPACED));

/** Whether no character stands behind Latin Extended-B, so that patterns of other scripts need not be compiled. */
export function isLatin(text: string): boolean {
  return !/[\u0250-\uffff]/.test(text);
}

function patternsOf(spaced: readonly string[], unspaced: readonly string[]): KindPatterns {
  return NAMES.map((name) => {
    const words = spaced.flatMap((language) => (WORDS[language]?.[name] ?? []).map(withGaps));
    const others = unspaced.flatMap((language) => UNSPACED[language]?.[name] ?? []);
    const pattern = [`(?<!\\p{L})(?:${words.join("|")})(?!\\p{L})`, ...others].join("|");
    return [KIND_OF[name], new RegExp(pattern, "giu")];
  });
}

/** `( word)?` is a group of its own gap; it need not be captured. */
function withGaps(phrase: string): string {
  return phrase.replaceAll(/\((?!\?)/g, "(?:").replaceAll(" ", GAP);
}
