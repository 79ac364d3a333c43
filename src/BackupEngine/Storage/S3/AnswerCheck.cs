using System.Net;
using System.Net.Http.Headers;
using System.Security;
using System.Text;
using CloudBackup.Storage.Remote;

namespace CloudBackup.Storage.S3;

/// <summary>
/// Looks at every answer before the SDK does, which takes what it does not understand for an empty success: a list without objects, an upload
/// that was stored. Contents of objects pass through as they come.
/// </summary>
internal sealed class AnswerCheck(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <summary>A list of a thousand keys of the longest kind takes less.</summary>
    private const int LongestAnswer = 32 * 1024 * 1024;

    private const int LongestError = 256 * 1024;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // Asking first costs a round trip for each upload, and our parts are small enough to send anyway.
        request.Headers.ExpectContinue = false;
        var answer = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            await CheckAsync(new Question(request), answer, cancellationToken).ConfigureAwait(false);
            return answer;
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    private static async Task CheckAsync(Question question, HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (answer.IsSuccessStatusCode)
        {
            CheckHeaders(answer);
        }
        if (question.Method == HttpMethod.Head)
        {
            if (answer.IsSuccessStatusCode && !answer.Headers.NonValidated.Contains("ETag"))
            {
                throw new UnreadableAnswerException((int)answer.StatusCode, IsPage(answer) ? "a web page (HTML)" : "facts about an object that has no tag", IsPage(answer));
            }
            return;
        }
        if (question.IsContent && answer.IsSuccessStatusCode && answer.Content.Headers.ContentRange is not null)
        {
            return;
        }
        if (question.IsContent && answer.StatusCode == HttpStatusCode.OK && answer.Headers.NonValidated.Contains("ETag") && !IsPage(answer))
        {
            throw new RangeIgnoredException();
        }
        var bytes = await ReadAsync(answer, answer.IsSuccessStatusCode ? LongestAnswer : LongestError, cancellationToken).ConfigureAwait(false);
        var text = new AnswerText(bytes, answer.Content.Headers.ContentType?.MediaType);
        if (answer.IsSuccessStatusCode)
        {
            CheckSuccess(question, answer, text);
        }
        else
        {
            CheckRefusal(question, answer, text);
        }
    }

    private static void CheckSuccess(Question question, HttpResponseMessage answer, AnswerText text)
    {
        if (text.Root == "Error")
        {
            answer.StatusCode = HttpStatusCode.BadRequest; // what it is: its code tells the rest
            Put(answer, text.Text);
            return;
        }
        if (text.IsEmpty && !question.NeedsBody)
        {
            Put(answer, "");
            return;
        }
        if (text.Root is null || text.IsForeign || !question.Accepts(text.Root))
        {
            throw new UnreadableAnswerException((int)answer.StatusCode, text.Describe(), text.IsForeign);
        }
        if (text.Oddity is { } oddity)
        {
            throw new UnreadableAnswerException((int)answer.StatusCode, oddity, isForeign: false);
        }
        Put(answer, text.Text);
    }

    private static void CheckHeaders(HttpResponseMessage answer)
    {
        foreach (var (name, values) in answer.Headers.NonValidated.Concat(answer.Content.Headers.NonValidated))
        {
            if (!AnswerValues.IsHeaderReadable(name, values.ToString()))
            {
                throw new UnreadableAnswerException((int)answer.StatusCode, $"{name} '{AnswerText.Words(values.ToString())}'", isForeign: false);
            }
        }
    }

    /// <summary>
    /// A refusal that is not one of S3 is told in its own words; when it is about the bucket, and could be one of any web server, it shows that
    /// the address is wrong.
    /// </summary>
    private static void CheckRefusal(Question question, HttpResponseMessage answer, AnswerText text)
    {
        if (text.Root == "Error" || text.IsEmpty)
        {
            Put(answer, text.Text);
            return;
        }
        var status = (int)answer.StatusCode;
        if (question.IsList && text.IsForeign && status is < 400 or 400 or 404 or 405 or 406)
        {
            throw new UnreadableAnswerException(status, text.Describe(), isForeign: true);
        }
        Put(answer, $"<Error><Code>{answer.StatusCode}</Code><Message>{SecurityElement.Escape(AnswerText.Words(text.Text))}</Message></Error>");
    }

    private static bool IsPage(HttpResponseMessage answer) =>
        answer.Content.Headers.ContentType?.MediaType?.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) == true;

    private static async Task<byte[]> ReadAsync(HttpResponseMessage answer, int most, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        var body = await answer.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = body.ConfigureAwait(false);
        var buffer = new byte[16 * 1024];
        for (int count; (count = await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
        {
            if (bytes.Length + count > most)
            {
                throw new UnreadableAnswerException((int)answer.StatusCode, $"more than {most} bytes", isForeign: false);
            }
            bytes.Write(buffer, 0, count);
            AnswerWatch.NoteAnswer();
        }
        return bytes.ToArray();
    }

    private static void Put(HttpResponseMessage answer, string text)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(text));
        foreach (var (name, values) in answer.Content.Headers.NonValidated)
        {
            if (name is not ("Content-Length" or "Content-Type"))
            {
                content.Headers.TryAddWithoutValidation(name, values);
            }
        }
        content.Headers.ContentType = new MediaTypeHeaderValue("application/xml");
        answer.Content.Dispose();
        answer.Content = content;
    }

    /// <summary>What was asked, as far as it tells what the answer must be.</summary>
    private sealed class Question(HttpRequestMessage request)
    {
        private readonly HashSet<string> _query =
            [.. (request.RequestUri?.Query ?? "").TrimStart('?').Split('&').Select(part => part.Split('=')[0])];

        public HttpMethod Method => request.Method;

        /// <summary>Whether the content of an object was asked for: always a range of it.</summary>
        public bool IsContent => Method == HttpMethod.Get && request.Headers.Range is not null;

        public bool IsList => Method == HttpMethod.Get && !IsContent && !_query.Contains("lifecycle") && !_query.Contains("versioning");

        public bool NeedsBody => (Method == HttpMethod.Get && !IsContent) || Method == HttpMethod.Post || request.Headers.Contains("x-amz-copy-source");

        /// <summary>Another document for a list would be one without objects.</summary>
        public bool Accepts(string root) => !IsList
            || root.StartsWith(_query.Contains("uploads") ? "ListMultipartUploads" : "ListBucket", StringComparison.Ordinal);
    }
}
