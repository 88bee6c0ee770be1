from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from cleaning.records.article import Article

# As the default themes of WordPress print it: heading, notice, labels, notice of the cookie, button.
FORMS = {
    "Arabic": (
        "اترك تعليقاً",
        "لن يتم نشر عنوان بريدك الإلكتروني. الحقول الإلزامية مشار إليها بـ *",
        ("التعليق *", "الاسم *", "البريد الإلكتروني *", "الموقع الإلكتروني"),
        "احفظ اسمي، بريدي الإلكتروني، والموقع الإلكتروني في هذا المتصفح لاستخدامها المرة المقبلة في تعليقي.",
        "إرسال التعليق",
    ),
    "Chinese, simplified": (
        "发表回复",
        "您的邮箱地址不会被公开。 必填项已用 * 标注",
        ("评论 *", "显示名称 *", "邮箱 *", "网站"),
        "在此浏览器中保存我的显示名称、邮箱地址和网站地址，以便下次评论时使用。",
        "发表评论",
    ),
    "Chinese, traditional": (
        "發佈留言",
        "發佈留言必須填寫的電子郵件地址不會公開。 必填欄位標示為 *",
        ("留言 *", "顯示名稱 *", "電子郵件地址 *", "個人網站網址"),
        "在瀏覽器中儲存顯示名稱、電子郵件地址及個人網站網址，以供下次發佈留言時使用。",
        "發佈留言",
    ),
    "Czech": (
        "Napsat komentář",
        "Vaše e-mailová adresa nebude zveřejněna. Vyžadované informace jsou označeny *",
        ("Komentář *", "Jméno *", "E-mail *", "Webová stránka"),
        "Uložit do prohlížeče jméno, e-mail a webovou stránku pro budoucí komentáře.",
        "Odeslat komentář",
    ),
    "English": (
        "Leave a Reply",
        "Your email address will not be published. Required fields are marked *",
        ("Comment", "Name *", "Email *", "Website"),
        "Save my name, email, and website in this browser for the next time I comment.",
        "Post Comment",
    ),
    "Finnish": (
        "Vastaa",
        "Sähköpostiosoitettasi ei julkaista. Pakolliset kentät on merkitty *",
        ("Kommentti *", "Nimi *", "Sähköpostiosoite *", "Verkkosivusto"),
        "Tallenna nimeni, sähköpostiosoitteeni ja sivustoni tähän selaimeen seuraavaa kommentointikertaa varten.",
        "Lähetä kommentti",
    ),
    "French": (
        "Laisser un commentaire",
        "Votre adresse e-mail ne sera pas publiée. Les champs obligatoires sont indiqués avec *",
        ("Commentaire *", "Nom *", "E-mail *", "Site web"),
        "Enregistrer mon nom, mon e-mail et mon site dans le navigateur pour mon prochain commentaire.",
        "Laisser un commentaire",
    ),
    "German": (
        "Schreibe einen Kommentar",
        "Deine E-Mail-Adresse wird nicht veröffentlicht. Erforderliche Felder sind mit * markiert",
        ("Kommentar *", "Name *", "E-Mail-Adresse *", "Webseite"),
        "Meinen Namen, meine E-Mail-Adresse und meine Website in diesem Browser für die nächste Zeit speichern.",
        "Kommentar abschicken",
    ),
    "Greek": (
        "Αφήστε μια απάντηση",
        "Η ηλ. διεύθυνση σας δεν δημοσιεύεται. Τα υποχρεωτικά πεδία σημειώνονται με *",
        ("Σχόλιο *", "Όνομα *", "Email *", "Ιστότοπος"),
        "Αποθήκευσε το όνομά μου, email, και τον ιστότοπο μου σε αυτόν τον πλοηγό για την επόμενη φορά.",
        "Δημοσίευση σχολίου",
    ),
    "Hebrew": (
        "כתיבת תגובה",
        "האימייל לא יוצג באתר. שדות החובה מסומנים *",
        ("התגובה שלך *", "שם מלא *", "אימייל *"),
        "שמור בדפדפן זה את השם, האימייל והאתר שלי לפעם הבאה שאגיב.",
        "שליחת תגובה",
    ),
    "Hindi": (
        "टिप्पणी करें",
        "आपका ईमेल पता प्रकाशित नहीं किया जाएगा. आवश्यक फ़ील्ड चिह्नित हैं *",
        ("टिप्पणी *", "ईमेल *", "वेबसाईट"),
        "अगली बार जब मैं टिप्पणी करूँ, तो इस ब्राउज़र में मेरा नाम, ईमेल और वेबसाइट सहेजें।",
        "टिप्पणी करें",
    ),
    "Hungarian": (
        "Vélemény, hozzászólás?",
        "Az e-mail címet nem tesszük közzé. A kötelező mezőket * karakterrel jelöltük",
        ("Hozzászólás *", "Név *", "E-mail cím *", "Honlap"),
        "A nevem, e-mail címem, és weboldalcímem mentése a böngészőben a következő hozzászólásomhoz.",
        "Hozzászólás küldése",
    ),
    "Indonesian": (
        "Tinggalkan Balasan",
        "Alamat email Anda tidak akan dipublikasikan. Ruas yang wajib ditandai *",
        ("Komentar *", "Nama *", "Email *", "Situs Web"),
        "Simpan nama, email, dan situs web saya pada peramban ini untuk komentar saya berikutnya.",
        "Kirim Komentar",
    ),
    "Italian": (
        "Lascia un commento",
        "Il tuo indirizzo email non sarà pubblicato. I campi obbligatori sono contrassegnati *",
        ("Commento *", "Nome *", "Email *", "Sito web"),
        "Salva il mio nome, email e sito web in questo browser per la prossima volta che commento.",
        "Invia commento",
    ),
    "Japanese": (
        "コメントを残す",
        "メールアドレスが公開されることはありません。 ※ が付いている欄は必須項目です",
        ("コメント ※", "名前 ※", "メール ※", "サイト"),
        "次回のコメントで使用するためブラウザーに自分の名前、メールアドレス、サイトを保存する。",
        "コメントを送信",
    ),
    "Korean": (
        "답글 남기기",
        "이메일 주소는 공개되지 않습니다. 필수 필드는 *로 표시됩니다",
        ("댓글 *", "이름 *", "이메일 *", "웹사이트"),
        "다음 번 댓글 작성을 위해 이 브라우저에 이름, 이메일, 그리고 웹사이트를 저장합니다.",
        "댓글 작성",
    ),
    "Persian": (
        "دیدگاهتان را بنویسید",
        "نشانی ایمیل شما منتشر نخواهد شد. بخش‌های موردنیاز علامت‌گذاری شده‌اند *",
        ("دیدگاه *", "نام *", "ایمیل *", "وب‌ سایت"),
        "ذخیره نام، ایمیل و وبسایت من در مرورگر برای زمانی که دوباره دیدگاهی می‌نویسم.",
        "فرستادن دیدگاه",
    ),
    "Polish": (
        "Dodaj komentarz",
        "Twój adres e-mail nie zostanie opublikowany. Wymagane pola są oznaczone *",
        ("Komentarz *", "Nazwa *", "Adres e-mail *", "Witryna internetowa"),
        "Zapamiętaj moje dane w tej przeglądarce podczas pisania kolejnych komentarzy.",
        "Opublikuj komentarz",
    ),
    "Portuguese": (
        "Deixe um comentário",
        "O seu endereço de e-mail não será publicado. Campos obrigatórios são marcados com *",
        ("Comentário *", "Nome *", "E-mail *", "Site"),
        "Salvar meus dados neste navegador para a próxima vez que eu comentar.",
        "Publicar comentário",
    ),
    "Romanian": (
        "Lasă un răspuns",
        "Adresa ta de email nu va fi publicată. Câmpurile obligatorii sunt marcate cu *",
        ("Comentariu *", "Nume *", "Email *", "Site web"),
        "Salvează-mi numele, emailul și site-ul web în acest navigator pentru data viitoare când o să comentez.",
        "Publică comentariul",
    ),
    "Russian": (
        "Добавить комментарий",
        "Ваш адрес email не будет опубликован. Обязательные поля помечены *",
        ("Комментарий *", "Имя *", "Email *", "Сайт"),
        "Сохранить моё имя, email и адрес сайта в этом браузере для последующих моих комментариев.",
        "Отправить комментарий",
    ),
    "Serbian": (
        "Оставите одговор",
        "Ваша адреса е-поште неће бити објављена. Неопходна поља су означена *",
        ("Коментар *", "Име *", "Е-пошта *", "Веб место"),
        "Сачувај моје име, е-пошту и веб место у овом прегледачу веба за следећи пут када коментаришем.",
        "Предај коментар",
    ),
    "Spanish": (
        "Deja una respuesta",
        "Tu dirección de correo electrónico no será publicada. Los campos obligatorios están marcados con *",
        ("Comentario *", "Nombre *", "Correo electrónico *", "Web"),
        "Guarda mi nombre, correo electrónico y web en este navegador para la próxima vez que comente.",
        "Publicar el comentario",
    ),
    "Swedish": (
        "Lämna ett svar",
        "Din e-postadress kommer inte publiceras. Obligatoriska fält är märkta *",
        ("Kommentar *", "Namn *", "E-postadress *", "Webbplats"),
        "Spara mitt namn, min e-postadress och webbplats i denna webbläsare till nästa gång jag skriver en kommentar.",
        "Publicera kommentar",
    ),
    "Turkish": (
        "Bir yanıt yazın",
        "E-posta adresiniz yayınlanmayacak. Gerekli alanlar * ile işaretlenmişlerdir",
        ("Yorum *", "Yorumunuz *", "E-posta *", "İnternet sitesi"),
        "Daha sonraki yorumlarımda kullanılması için adım, e-posta adresim ve site adresim bu tarayıcıya kaydedilsin.",
        "Yorum gönder",
    ),
    "Ukrainian": (
        "Залишити відповідь",
        "Ваша e-mail адреса не оприлюднюватиметься. Обов’язкові поля позначені *",
        ("Коментар *", "Ім'я *", "Email *", "Сайт"),
        "Зберегти моє ім'я, e-mail, та адресу сайту в цьому браузері для моїх подальших коментарів.",
        "Опублікувати коментар",
    ),
    "Vietnamese": (
        "Để lại một bình luận",
        "Email của bạn sẽ không được hiển thị công khai. Các trường bắt buộc được đánh dấu *",
        ("Bình luận *", "Họ tên *", "Email *", "Trang web"),
        "Lưu tên của tôi, email, và trang web trong trình duyệt này cho lần bình luận kế tiếp của tôi.",
        "Gửi bình luận",
    ),
}
SHAPES = {
    "paragraphs": ("<h3>{0}</h3>", "<p>{0}</p>"),
    "divisions": ("<div><strong>{0}</strong></div>", "<div>{0}</div>"),
    "a list": ("<h4>{0}</h4>", "<ul><li>{0}</li></ul>"),
}
CLASS_NAMES = (
    "<div id='respond' class='comment-respond'><h3 class='comment-reply-title'>Leave a Reply</h3>"
    "<p class='comment-notes'>Your email address will not be published.</p></div>"
)


def form(language: str, shape: str = "paragraphs") -> str:
    """Return a comment form without class names and fields, as it looks in the text alone."""
    heading, notice, labels, cookie, button = FORMS[language]
    over, line = SHAPES[shape]
    return over.format(heading) + "".join(line.format(text) for text in (notice, *labels, cookie, button))


@pytest.mark.parametrize("place", ["end", "below"])
@pytest.mark.parametrize("language", FORMS)
def test_a_form_without_class_names_is_cut(
    language: str, place: str, clean_page: Callable[..., Article], article_text: str
) -> None:
    assert clean_page(**{place: f"<div>{form(language)}</div>"}).text == article_text


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("language", ["English", "German", "Japanese", "Russian", "Arabic"])
def test_a_form_is_cut_in_any_shape(
    language: str, shape: str, clean_page: Callable[..., Article], article_text: str
) -> None:
    assert clean_page(end=form(language, shape)).text == article_text


@pytest.mark.parametrize("place", ["end", "below"])
def test_a_form_with_class_names_is_cut(place: str, clean_page: Callable[..., Article], article_text: str) -> None:
    assert clean_page(**{place: CLASS_NAMES}).text == article_text


@pytest.mark.parametrize("language", FORMS)
def test_a_form_between_two_paragraphs_is_cut_when_it_gives_its_notice(
    language: str, clean_page: Callable[..., Article], article_text: str
) -> None:
    assert clean_page(middle=form(language)).text == article_text


@pytest.mark.parametrize("count", ["3 Comments", "Comments (12)", "Kommentare 4", "0 comments"])
def test_a_count_of_comments_over_the_form_is_cut_with_it(
    count: str, clean_page: Callable[..., Article], article_text: str
) -> None:
    assert clean_page(end=f"<h3>{count}</h3><p>Leave a Reply</p>").text == article_text


@pytest.mark.parametrize(
    "sentence",
    [
        "Leave a reply on the board's machine and somebody will call you back, the harbour office says, within a day.",
        "Comments came in by the hundred when the board asked, and nearly all of them were for the night boat.",
        "The name of the boat, chosen by the children of Orrow, stays the same, and so does her port of registry.",
        "Comments are closed on most of the board's pages now, because nobody had time to read them.",
        "Your email address will not be published, the form promised, but for a week every visitor could read it.",
    ],
)
@pytest.mark.parametrize("place", ["middle", "end"])
def test_an_article_about_replies_comments_and_names_stays(
    sentence: str, place: str, clean_page: Callable[..., Article]
) -> None:
    assert sentence in clean_page(**{place: f"<p>{sentence}</p>"}).text.split("\n")


@pytest.mark.parametrize("label", ["Comment", "Comments", "Reply", "Kommentar", "Name"])
def test_a_heading_that_is_a_label_elsewhere_stays_in_the_middle_of_the_text(
    label: str, clean_page: Callable[..., Article]
) -> None:
    assert label in clean_page(middle=f"<h2>{label}</h2>").text.split("\n")


def test_the_columns_of_a_table_stay_though_they_are_named_like_fields(clean_page: Callable[..., Article]) -> None:
    rows = "".join(f"<tr><td>Frame {frame}</td><td>{frame / 2} mm</td></tr>" for frame in range(4, 9))
    table = f"<table><tr><th>Name</th><th>Comment</th></tr>{rows}</table>"
    assert "Name | Comment" in clean_page(middle=table).text.split("\n")
