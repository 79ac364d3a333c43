using CloudBackup.Storage;
using CloudBackup.Storage.S3;
using CloudBackup.Tests.Fakes;
using Microsoft.Extensions.Time.Testing;

namespace CloudBackup.Tests.Storage.S3;

/// <summary>A store that leaves a request without an answer costs about a minute, whatever the request is.</summary>
public sealed class SilentStoreTests
{
    private const string Copied = "<CopyObjectResult><ETag>\"e\"</ETag></CopyObjectResult>";
    private const string Begun = "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>";
    private const string Completed = "<CompleteMultipartUploadResult><Key>a</Key><ETag>\"e\"</ETag></CompleteMultipartUploadResult>";
    private const string Removed = "<DeleteResult></DeleteResult>";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("read")]
    [InlineData("list")]
    [InlineData("find")]
    [InlineData("remove")]
    [InlineData("remove many")]
    [InlineData("copy")]
    [InlineData("write")]
    public async Task A_request_without_an_answer_is_sent_again_after_a_minute(string call) =>
        Assert.InRange(Assert.Single(await WaitsAsync(call, unanswered: 1)), 59, 180);

    [Fact]
    public async Task The_end_of_a_longer_content_may_take_its_time_on_a_slow_line() =>
        Assert.InRange(Assert.Single(await WaitsAsync("write 1 MB", unanswered: 1)), 123, 250);

    [Fact]
    public async Task A_store_that_has_to_work_is_given_more_time_with_each_try()
    {
        var waits = await WaitsAsync("copy", unanswered: 3);
        Assert.All(new[] { 60, 120, 240 }.Zip(waits), pair => Assert.InRange(pair.Second, pair.First - 1, pair.First + 110));
    }

    [Theory]
    [InlineData("copy")]
    [InlineData("write 6 MB")]
    public async Task A_store_that_shows_by_blanks_that_it_works_is_not_asked_again(string call)
    {
        var time = new FakeTimeProvider();
        var asked = 0;
        await using var store = new LyingStore(question =>
        {
            var isWork = question.Target.Contains("uploadId=", StringComparison.Ordinal) ? question.Method == "POST" : question.Target == "/backups/to";
            asked += isWork ? 1 : 0;
            return Answer(question) with { Work = isWork ? output => SendBlanks(output, time) : null };
        });
        await using var storage = store.Open(time: time);
        await PassTimeAsync(CallAsync(storage, call), time);
        Assert.Equal(1, asked);
    }

    /// <summary>Two minutes of work.</summary>
    private static void SendBlanks(Stream output, FakeTimeProvider time)
    {
        for (var blanks = 0; blanks < 12; blanks++)
        {
            output.Write(" "u8);
            output.Flush();
            var next = time.GetUtcNow() + TimeSpan.FromSeconds(10);
            SpinWait.SpinUntil(() => time.GetUtcNow() >= next);
        }
    }

    private static async Task PassTimeAsync(Task work, FakeTimeProvider time)
    {
        while (!work.IsCompleted)
        {
            // The storage needs a moment for what it does after each step of the clock.
            await Task.WhenAny(work, Task.Delay(10, Token));
            time.Advance(TimeSpan.FromSeconds(1));
        }
        await work;
    }

    /// <summary>The seconds from each request to the next one.</summary>
    private static async Task<IReadOnlyList<double>> WaitsAsync(string call, int unanswered)
    {
        var time = new FakeTimeProvider();
        var requests = new List<DateTimeOffset>();
        var isSilent = new TaskCompletionSource();
        await using var store = new LyingStore(question =>
        {
            requests.Add(time.GetUtcNow());
            isSilent.TrySetResult();
            return requests.Count <= unanswered ? null : Answer(question);
        });
        await using var storage = store.Open(time: time);
        var work = CallAsync(storage, call);
        await isSilent.Task;
        await PassTimeAsync(work, time);
        return [.. requests.Zip(requests.Skip(1), (one, next) => (next - one).TotalSeconds).Take(unanswered)];
    }

    private static LyingStore.Answer Answer(LyingStore.Question question) => question switch
    {
        { Method: "PUT", Target: "/backups/to" or "/backups/b" } => new(200, Copied),
        { Method: "PUT" } => new(200, "", ETag: "\"e\""),
        { Method: "POST" } when question.Target.Contains("uploads", StringComparison.Ordinal) => new(200, Begun),
        { Method: "POST" } when question.Target.Contains("uploadId", StringComparison.Ordinal) => new(200, Completed),
        { Method: "POST" } => new(200, Removed),
        { Method: "DELETE" } => new(204, ""),
        { Method: "HEAD" } => new(200, "abc", ETag: "\"e\""),
        _ when question.Query("list-type") is not null => new(200, "<ListBucketResult><Name>backups</Name><IsTruncated>false</IsTruncated></ListBucketResult>"),
        _ => new(416, "<Error><Code>InvalidRange</Code><Message>Empty.</Message></Error>"),
    };

    private static Task CallAsync(S3Storage storage, string call) => call switch
    {
        "read" => storage.OpenReadAsync("a", 3, null, Token),
        "list" => storage.ListAsync("a", recursive: true, Token).ToListAsync(Token).AsTask(),
        "find" => storage.FindAsync("a", Token),
        "remove" => storage.RemoveAsync("a", Token),
        "remove many" => storage.RemoveAllAsync(["a", "b"], Token),
        "copy" => storage.CopyAsync("from", "to", Token),
        "write 6 MB" => storage.WriteAsync("a", ObjectContent.FromStream(new MemoryStream(new byte[6 << 20])), WriteMode.Replace, Token),
        "write" => storage.WriteAsync("a", ObjectContent.FromBytes(new byte[20_000]), WriteMode.Replace, Token),
        _ => storage.WriteAsync("a", ObjectContent.FromBytes(new byte[1 << 20]), WriteMode.Replace, Token),
    };
}
