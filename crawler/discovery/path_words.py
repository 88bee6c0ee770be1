"""Words of URL paths by the kind of page they stand for, in many languages.

Words are compared with whole segments, decoded, case-folded and without extension. They are never compared with parts
of a slug: an article may be about authors, searches or privacy.
"""

from __future__ import annotations


def _split_words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Lists of articles with one tag. There are too many to follow, and sections or sitemaps list the same articles.
TAG = _split_words("""
    tag tags tagged label labels keyword keywords hashtag schlagwort schlagworte schlagwörter stichwort etiqueta
    etiquetas étiquette mot-cle mots-cles motcle palabra-clave trefwoord trefwoorden etiket etiketler etykieta
    tagi słowo stitek stitky štítky címke cimke cimkek метка метки тег теги ключевые-слова ετικέτα ετικέτες
    nyckelord avainsana emneord 标签 標籤 タグ 태그
""")
AUTHOR = _split_words("""
    author authors byline bylines contributor contributors columnist columnists journalist journalists profile
    profiles user users member members memberlist viewprofile people person autor autoren autorin autore autori
    autores autora autoras
    auteur auteurs redakteur redakteure verfasser redactor redactores redacteur redacteurs skribent forfatter
    kirjoittaja yazar yazarlar autorzy autori-clanku szerző szerzo автор авторы автори συντάκτης
    作者 記者 记者 著者 기자
""")
CATEGORY = _split_words("""
    category categories cat catégorie categorie categoria categorias categoría categorías kategorie kategorien
    kategori kategoria kategorija kategoriler rubric rubrics rubrik rubriken rubrique rubriques rubrica rubricas
    rubriek rubrieken rubryka rubrika rubriky section sections sección seccion secciones sezione sezioni ressort
    ressorts channel channels kanal dział dzial rovat категория категории рубрика рубрики розділ κατηγορία 分类 分類
    カテゴリー 카테고리
""")
# Overviews on some sites, the folder of articles on others: only a mere link is refused for them.
TOPIC = _split_words("""
    topic topics subject subjects thema themen theme themes thème thèmes tema temas temi temat tematy teema
    onderwerp onderwerpen dossier dossiers special specials collection collections serie series place places
    location locations organisation organisations organization organizations company companies team teams тема
    темы сюжет сюжеты 专题 特集
""")
SEARCH = _split_words("""
    search suche suchen recherche rechercher buscar busca buscador búsqueda busqueda pesquisa ricerca cerca
    zoeken zoek szukaj wyszukiwarka hledat hledani keresés kereses sök sok søk søg haku ara arama поиск пошук
    αναζήτηση 搜索 検索 검색
""")
ACCOUNT = _split_words("""
    login log-in logout log-out signin sign-in signup sign-up sign_in sign_up register registration account
    my-account myaccount subscribe subscription subscriptions unsubscribe newsletter newsletters checkout cart
    basket donate shop anmelden anmeldung abmelden einloggen registrieren registrierung konto mein-konto abo
    abos abonnement abonnements abonnieren connexion inscription deconnexion mon-compte s-abonner abonnez-vous
    iniciar-sesion registro registrarse suscripcion suscripciones suscribete mi-cuenta entrar cadastro
    assinatura assinaturas assine accedi registrati abbonamento abbonamenti abbonati inloggen aanmelden
    registreren logowanie rejestracja prenumerata prihlaseni registrace predplatne elofizetes bejelentkezes
    logga-in prenumerera giris kayit uyelik abonelik войти вход регистрация подписка войти-на-сайт
""")
LEGAL = _split_words("""
    impressum imprint datenschutz datenschutzerklärung datenschutzerklaerung privacy privacy-policy
    privacypolicy privacy-notice privacy-center cookie cookies cookie-policy cookiepolicy cookie-richtlinie
    terms terms-of-use terms-of-service terms-and-conditions terms-conditions termsofuse conditions-of-use tos
    legal legal-notice disclaimer copyright accessibility about about-us aboutus contact contact-us contactus
    kontakt kontakte advertise advertise-with-us advertising mediadaten werbung agb nutzungsbedingungen über-uns
    ueber-uns mentions-legales confidentialite politique-de-confidentialite donnees-personnelles cgu cgv
    a-propos qui-sommes-nous nous-contacter aviso-legal politica-de-privacidad politica-de-cookies
    politica-de-privacidade contacto quienes-somos publicidad publicidade termos-de-uso fale-conosco quem-somos
    expediente chi-siamo contatti note-legali informativa-privacy pubblicita over-ons adverteren
    algemene-voorwaarden privacybeleid polityka-prywatnosci regulamin reklama o-nas ochrana-osobnich-udaju
    adatvedelem impresszum kapcsolat om-oss hakkimizda kunye iletisim gizlilik-politikasi о-нас контакты реклама
    пользовательское-соглашение faq help hilfe aide ayuda ajuda sitemap site-map jobs careers
""")
# Where a site leads whoever asks for a page that it does not have. Compared with the targets of redirects only.
ERROR = _split_words("""
    error errors error-page errorpage not-found notfound not_found page-not-found pagenotfound missing gone
    expired unavailable fehler fehlerseite nicht-gefunden seite-nicht-gefunden introuvable page-introuvable erreur
    pagina-no-encontrada no-encontrado no-encontrada pagina-non-trovata non-trovata nao-encontrada
    pagina-nao-encontrada niet-gevonden pagina-niet-gevonden nie-znaleziono hittades-inte ikke-fundet ikke-funnet
    nenalezeno stranka-nenalezena bulunamadi
""")
# Folders of pages that stand before an article. Compared with the targets of redirects only, like ERROR.
GATE = _split_words("""
    consent cookie-consent cookieconsent privacy-gate privacy-wall cookiewall cookie-wall gate gateway cmp gdpr dsgvo
    rgpd zustimmung einwilligung consentement consentimiento consenso consentimento toestemming toestemmingen samtycke
    samtykke suostumus souhlas zgoda hozzajarulas onay paywall pay-wall sso oauth oauth2 auth authorize authenticate
    authentication challenge captcha verify verification blocked access-denied denied geo-block
""")
TECHNICAL = _split_words("""
    wp-admin wp-content wp-includes wp-json wp-login wp-login.php xmlrpc.php cdn-cgi _next ajax api oembed
    graphql static assets umbraco typo3 admin.php redirect goto
""")
FEED = _split_words("feed feeds rss rss2 atom rdf")
SHOW = _split_words("""
    video videos gallery galleries photo photos photogallery photo-gallery slideshow slideshows image images
    picture pictures podcast podcasts audio livestream bilder bildergalerie bildergalerien fotos fotostrecke
    fotostrecken galerie galeries diaporama diaporamas galeria galerias imagenes fotogaleria fotogalerías
    fotogalerie fotogallery foto immagini zdjecia galerie-foto видео фото фотогалерея βίντεο φωτογραφίες 视频 图片
    動画 写真
""")
PAGE = _split_words("page pages paged seite pagina página pag strona strana sida side sayfa страница σελίδα 页 頁")
TWIN = _split_words("""
    amp m mobile mobil print printer print-friendly drucken druckansicht druckversion imprimir imprimer stampa embed
""")
COMMENTS = _split_words("""
    comments comment comment-permalink articlecomments kommentare kommentar commentaires comentarios comentários
    commenti reacties комментарии
""")
ARCHIVE = _split_words("""
    archive archives archiv archivo archivos arquivo archivio arkiv arkisto archief archiwum archív arhiva arşiv архив
    архів αρχείο アーカイブ
""")
# A video may have an article beside it; pictures and sound have captions.
FILM = _split_words("video videos видео βίντεο 视频 動画")
INDEX = _split_words("index default home homepage startseite start accueil inicio")
# A folder of articles. In the singular: a plural may also be the name of a list.
ARTICLE = _split_words("""
    article artikel artykul articolo articulo artículo artigo story post nota doc cnt clanek cikk haber statja
    статья newsitem a
""")
# Words that join two names of a section ("food-and-drink"). They do not count towards the length of a headline.
JOINING = _split_words("and or the of for und oder et ou y e o i a en och og ja ve и та και & n amp")
