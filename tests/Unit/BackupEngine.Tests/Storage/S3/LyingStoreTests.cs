using System.Text;
using CloudBackup.Storage;
using CloudBackup.Storage.S3;
using CloudBackup.Tests.Fakes;

namespace CloudBackup.Tests.Storage.S3;

/// <summary>Answers that are not true, or no answers at all: told soon and in the store's words, and never taken for an empty success.</summary>
public sealed class LyingStoreTests
{
    private const string Bomb = "<!DOCTYPE a [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]><ListBucketResult><Name>&b;</Name></ListBucketResult>";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string, string> Unreadable => new()
    {
        { "<!doctype html><html><body>Welcome to the console</body></html>", "text/html", "Welcome to the console" },
        { "<html><head><title>Portal</title></head><body/></html>", "application/xml", "does not speak S3" },
        { "{\"error\":\"no such API\"}", "application/json", "no such API" },
        { "<?xml version=\"1.0\"?><ListBucketResult><Name>backups</Na", "application/xml", "not XML" },
        { "<ListBucketResult></ListBucketResult><ListBucketResult/>", "application/xml", "not XML" },
        { Bomb, "application/xml", "DTD" },
        { "<a/>", "application/xml", "<a>" },
        { "", "application/xml", "nothing" },
        { "\u0001\u0002\u0003", "application/octet-stream", "not XML" },
    };

    [Theory]
    [MemberData(nameof(Unreadable))]
    public async Task What_nobody_understands_is_told_in_its_words_and_soon(string body, string type, string words)
    {
        await using var store = new LyingStore(_ => new(200, body, type));
        await using var storage = store.Open();
        Func<Task>[] calls =
        [
            () => storage.ListAsync("a", recursive: true, Token).ToListAsync(Token).AsTask(),
            () => storage.CopyAsync("a", "b", Token),
            () => storage.ListPartialsAsync("", Token).ToListAsync(Token).AsTask(),
        ];
        foreach (var call in calls)
        {
            var failure = await Assert.ThrowsAsync<StorageException>(call);
            Assert.Equal(StorageErrorKind.Unreadable, failure.Kind);
            Assert.False(failure.IsOutage);
        }
        var told = await Assert.ThrowsAsync<StorageException>(calls[0]);
        Assert.Contains(words, told.Message, StringComparison.Ordinal);
        Assert.True(told.Message.Length < 300, told.Message);
        Assert.InRange(store.Requests.Count, 4, 40);
    }

    [Fact]
    public async Task A_store_that_sends_the_whole_object_in_place_of_a_range_is_told_as_that()
    {
        await using var store = new LyingStore(_ => new(200, "the whole object", "application/octet-stream", ETag: "\"1\""));
        await using var storage = store.Open();
        var failure = await Assert.ThrowsAsync<StorageException>(async () =>
        {
            await using var stream = await storage.OpenReadAsync("a", 4, 3, Token);
            await stream.ReadExactlyAsync(new byte[3], Token);
        });
        Assert.Equal(StorageErrorKind.Misconfigured, failure.Kind);
        Assert.Contains("sends whole objects where a part was asked for", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("portal", failure.Message, StringComparison.Ordinal);
        Assert.True(failure.Message.Length < 300, failure.Message);
        Assert.Single(store.Requests);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html><body>Welcome</body></html>")]
    public async Task A_write_without_a_tag_counts_only_when_the_object_is_there(string body)
    {
        await using var store = new LyingStore(question => question.Method == "HEAD" ? new(404, "") : new(200, body, "text/html"));
        await using var storage = store.Open();
        var failure = await Assert.ThrowsAsync<StorageException>(
            () => storage.WriteAsync("a", ObjectContent.FromBytes(new byte[3]), WriteMode.Replace, Token));
        Assert.Equal(StorageErrorKind.Unreadable, failure.Kind);
        Assert.Contains(store.Requests, request => request.StartsWith("HEAD /backups/a", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_object_without_a_tag_is_none()
    {
        await using var store = new LyingStore(_ => new(200, "<html/>", "text/html"));
        await using var storage = store.Open();
        Assert.Equal(StorageErrorKind.Unreadable, (await Assert.ThrowsAsync<StorageException>(() => storage.FindAsync("a", Token))).Kind);
        Assert.Equal(
            StorageErrorKind.Unreadable, (await Assert.ThrowsAsync<StorageException>(() => storage.OpenReadAsync("a", 0, null, Token))).Kind);
    }

    [Theory]
    [InlineData("<Error><Code>AccessDenied</Code><Message>The vault is sealed.</Message></Error>", nameof(StorageErrorKind.AccessDenied))]
    [InlineData("<Error><Code>QuotaExceeded</Code><Message>The vault is sealed.</Message></Error>", nameof(StorageErrorKind.OutOfSpace))]
    [InlineData("<Error><Code>Odd</Code><Message>The vault is sealed.</Message></Error>", nameof(StorageErrorKind.Other))]
    public async Task A_success_that_holds_an_error_is_that_error(string body, string kind)
    {
        await using var store = new LyingStore(question => question.Method == "HEAD" ? new(404, "") : new(200, body));
        await using var storage = store.Open();
        Func<Task>[] calls =
        [
            () => storage.ListAsync("a", recursive: true, Token).ToListAsync(Token).AsTask(),
            () => storage.WriteAsync("a", ObjectContent.FromBytes(new byte[3]), WriteMode.Replace, Token),
            () => storage.OpenReadAsync("a", 0, null, Token),
            () => storage.CopyAsync("a", "b", Token),
            () => storage.RemoveAsync("a", Token),
        ];
        foreach (var call in calls)
        {
            var failure = await Assert.ThrowsAsync<StorageException>(call);
            Assert.Equal(kind, $"{failure.Kind}");
            Assert.Contains("The vault is sealed", failure.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(403, "<Error><Code>AccessDenied</Code><Message>An explicit deny in policy 7.</Message></Error>", "An explicit deny in policy 7")]
    [InlineData(403, "<html><body><h1>Blocked</h1>by the firewall\u0007\u001b[2J</body></html>", "Blocked by the firewall")]
    [InlineData(413, "<html><center>413 Request Entity Too Large</center></html>", "413 Request Entity Too Large")]
    [InlineData(302, "<html><body>Moved</body></html>", "does not speak S3")]
    [InlineData(404, "<html><body>Not found on this server</body></html>", "Not found on this server")]
    public async Task A_refusal_is_told_in_the_stores_own_words(int status, string body, string words)
    {
        await using var store = new LyingStore(_ => new(status, body, body.StartsWith("<html", StringComparison.Ordinal) ? "text/html" : "application/xml"));
        await using var storage = store.Open();
        var failure = await Assert.ThrowsAsync<StorageException>(() => storage.ListAsync("a", recursive: true, Token).ToListAsync(Token).AsTask());
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(failure.Message, char.IsControl);
        Assert.False(failure.IsOutage);
    }

    [Theory]
    [InlineData("<ListBucketResult/>", false)]
    [InlineData("<html><body>Welcome<br></html>", true)]
    [InlineData("\n<!DOCTYPE\thtml>Welcome", true)]
    [InlineData("<BODY onload=\"x\">Welcome", true)]
    [InlineData("<htmlish>Welcome", false)]
    [InlineData("<!-- never ends <html>", false)]
    [InlineData("", false)]
    public void Comments_before_an_answer_take_no_time_and_hide_no_page(string body, bool isPage)
    {
        var text = new AnswerText(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("<!----> \n<!-- <html> -->", 10_000)) + body), "application/xml");
        Assert.Equal(isPage, text.IsForeign);
    }

    [Fact]
    public async Task An_object_and_a_folder_of_one_name_on_two_pages_are_no_repetition()
    {
        await using var store = new LyingStore(question => new(200, question.Number == 1
            ? Page(["a", "photos"], "<NextContinuationToken>t</NextContinuationToken>")
            : "<ListBucketResult><CommonPrefixes><Prefix>photos/</Prefix></CommonPrefixes><Contents><Key>z</Key><Size>1</Size></Contents></ListBucketResult>"));
        await using var storage = store.Open();
        var listed = await storage.ListAsync("", recursive: false, Token).Select(item => (item.Path, item.IsFolder)).ToListAsync(Token);
        Assert.Equal([("a", false), ("photos", false), ("photos", true), ("z", false)], listed.OrderBy(item => item.Path, StringComparer.Ordinal).ThenBy(item => item.IsFolder));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("same")]
    [InlineData("alternating")]
    [InlineData("fresh tokens, the same page")]
    [InlineData("fresh tokens, pages in a circle")]
    public async Task A_list_that_does_not_get_on_ends_with_the_reason(string how)
    {
        await using var store = new LyingStore(question => new(200, Page(
            how switch
            {
                "fresh tokens, pages in a circle" => [$"k{question.Number % 3}"],
                "fresh tokens, the same page" => ["k"],
                _ => [$"k{question.Number:D5}"],
            },
            how switch
            {
                "none" => "",
                "same" => "<NextContinuationToken>t</NextContinuationToken>",
                "alternating" => $"<NextContinuationToken>t{question.Number % 2}</NextContinuationToken>",
                _ => $"<NextContinuationToken>t{question.Number}</NextContinuationToken>",
            })));
        await using var storage = store.Open();
        var failure = await Assert.ThrowsAsync<StorageException>(() => storage.ListAsync("", recursive: true, Token).ToListAsync(Token).AsTask());
        Assert.Equal(StorageErrorKind.Unreadable, failure.Kind);
        Assert.Contains("the list", failure.Message, StringComparison.Ordinal);
        Assert.InRange(store.Requests.Count, 1, 6);
    }

    [Fact]
    public async Task Uploads_that_are_listed_in_a_circle_end_too()
    {
        await using var store = new LyingStore(question => new(
            200,
            $"<ListMultipartUploadsResult><IsTruncated>true</IsTruncated><NextKeyMarker>k{question.Number % 2}</NextKeyMarker></ListMultipartUploadsResult>"));
        await using var storage = store.Open();
        var failure = await Assert.ThrowsAsync<StorageException>(() => storage.ListPartialsAsync("", Token).ToListAsync(Token).AsTask());
        Assert.Equal(StorageErrorKind.Unreadable, failure.Kind);
    }

    [Fact]
    public async Task A_list_of_another_folder_is_not_this_ones()
    {
        await using var store = new LyingStore(_ => new(200, Page(["other/x"], "")));
        await using var storage = store.Open();
        var failure = await Assert.ThrowsAsync<StorageException>(() => storage.ListAsync("mine", recursive: true, Token).ToListAsync(Token).AsTask());
        Assert.Contains("other/x", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_upload_whose_beginning_is_answered_with_nonsense_is_begun_once_and_swept()
    {
        await using var store = new LyingStore(question => question switch
        {
            { Method: "POST" } => new(200, "<html>Welcome</html>", "text/html"),
            { Method: "GET" } => new(
                200,
                "<ListMultipartUploadsResult><Upload><Key>t/big&#x7;file</Key><UploadId>u1</UploadId></Upload><Upload><Key>t/other</Key><UploadId>u2</UploadId></Upload></ListMultipartUploadsResult>"),
            _ => new(question.Method == "DELETE" ? 204 : 404, ""),
        });
        await using var storage = store.Open();
        await Assert.ThrowsAsync<StorageException>(() => storage.WriteAsync(
            "t/big\afile", ObjectContent.FromStream(new MemoryStream(new byte[30 << 20])), WriteMode.CreateNew, Token));
        Assert.Single(store.Requests, request => request.StartsWith("POST", StringComparison.Ordinal));
        Assert.EndsWith("t/big%07file?uploadId=u1", Assert.Single(store.Requests, request => request.StartsWith("DELETE", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("form", "a+b%20is%2Bbare", "a b is+bare")] // contradicts itself, but each sign means what it says
    [InlineData("blank as plus, plus encoded", "a+b,c%2Bd", "a b,c+d")]
    [InlineData("plus left bare", "a+b.txt,a%20b.txt", "a+b.txt,a b.txt")]
    [InlineData("plus left bare, in capitals or not", "x%c3%a4+%2b", "x\u00e4 +")]
    public async Task What_a_list_shows_decides_what_a_plus_sign_means(string store, string keys, string expected)
    {
        Assert.NotEmpty(store);
        var names = new ListedNames((_, _) => throw new InvalidOperationException("The list says enough."));
        if (store == "form")
        {
            names = new ListedNames((start, _) => Task.FromResult(start == "a b is+bare"));
        }
        Assert.Equal(expected.Split(','), await names.DecodeAsync(keys.Split(','), Token));
    }

    [Theory]
    [InlineData("a+b", true)]
    [InlineData("a b", false)]
    public async Task Where_a_list_does_not_say_what_a_plus_sign_means_the_store_is_asked(string real, bool isPlus)
    {
        var questions = 0;
        var names = new ListedNames((start, _) =>
        {
            questions++;
            return Task.FromResult(start == real);
        });
        Assert.Equal([real], await names.DecodeAsync(["a+b"], Token));
        Assert.Equal([isPlus ? "c+d" : "c d"], await names.DecodeAsync(["c+d"], Token));
        Assert.Equal(2, questions);
    }

    [Fact]
    public async Task Names_that_are_called_encoded_and_are_not_are_refused()
    {
        var names = new ListedNames((_, _) => Task.FromResult(true));
        await Assert.ThrowsAsync<UnreadableAnswerException>(() => names.DecodeAsync(["a b"], Token));
    }

    private static string Page(string[] keys, string token) =>
        $"<ListBucketResult><IsTruncated>{(token == "" && keys[0].StartsWith("other", StringComparison.Ordinal) ? "false" : "true")}</IsTruncated>{token}"
        + string.Concat(keys.Select(key => $"<Contents><Key>{key}</Key><Size>1</Size></Contents>")) + "</ListBucketResult>";
}
