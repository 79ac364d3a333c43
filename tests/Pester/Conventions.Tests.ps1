# What users of PowerShell expect of every cmdlet, whatever it does.
Describe 'Files that cmdlets write' {
    BeforeAll {
        . $PSScriptRoot/Support.ps1
        $password = ConvertTo-SecureString 'correct horse' -AsPlainText -Force
    }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }
    BeforeEach {
        $root = New-TestApp
        $backup = New-AppBackup wiki.example.com
    }

    It 'bind to other cmdlets, and show what Get-Item shows' {
        $files = @(
            Protect-BackupFile "$root/data/page.txt" -Password $password
            Unprotect-BackupFile "$root/data/page.txt.enc" "$root/page.txt" -Password $password
            Export-BackupSite local "$root/site.json"
            Restore-AppBackupItem $backup.Id data/page.txt "$root/items"
            Restore-AppBackup $backup.Id "$root/out"
            Protect-BackupFile "$root/data/docs" "$root/encrypted" -Password $password -Recurse
        )
        foreach ($file in $files) {
            ($file | Get-Item -Force).FullName | Should -Be $file.FullName
            $file.PSPath | Should -Be (Get-Item -LiteralPath $file.FullName -Force).PSPath
        }
        ($files | Where-Object -Property Name -EQ page.txt | Get-Content -TotalCount 1)[0] | Should -BeLike 'home home*'
        ($files[0] | Format-Table UnixMode, User, Size | Out-String) | Should -Match "rw.*$([System.Environment]::UserName).*\d"
    }

    It 'are files although the current location is on a drive of another provider' {
        Push-Location Env:
        try {
            $file = Protect-BackupFile -LiteralPath "$root/data/page.txt" -Destination "$root/other.enc" -Password $password
        }
        finally {
            Pop-Location
        }
        $file.PSPath | Should -BeLike '*FileSystem::*other.enc'
    }

    It 'go to no drive of another provider' {
        { Export-BackupSite local Env:/site.json -ErrorAction Stop } | Should -Throw -ErrorId 'PathNotOnFileSystem,*'
        { Restore-AppBackup $backup.Id Variable:out -ErrorAction Stop } | Should -Throw -ErrorId 'PathNotOnFileSystem,*'
        { Protect-BackupFile Env:/HOME -Password $password -ErrorAction Stop } | Should -Throw -ErrorId 'PathNotOnFileSystem,*'
        { Get-BackupApp -PlatformHome Env:/home -ErrorAction Stop } | Should -Throw -ErrorId 'PathNotOnFileSystem,*'
    }
}

Describe 'Pipelines' {
    BeforeAll { . $PSScriptRoot/Support.ps1 }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }
    BeforeEach {
        $root = New-TestApp
        $null = New-BackupSite other filesystem -Path "$root/other" -ExternalDisk
        $backup = New-AppBackup wiki.example.com
    }

    It 'list the backups of a site' {
        (Get-BackupSite local | Get-AppBackup).Id | Should -Be $backup.Id
        (Get-BackupSite local | Get-AppBackup -Newest).Id | Should -Be $backup.Id
        Get-BackupSite other | Get-AppBackup | Should -BeNullOrEmpty
    }

    It 'take the id of a backup where its app is expected' {
        ($backup.Id | Get-AppBackup).Id | Should -Be $backup.Id
        { 'wikii' | Get-AppBackup -ErrorAction Stop } | Should -Throw -ErrorId 'BackupsNotFound,*'
        'wikii*' | Get-AppBackup -ErrorAction Stop | Should -BeNullOrEmpty
    }

    It 'test the newest backup of an app' {
        $newer = New-AppBackup wiki.example.com
        (Get-BackupApp | Test-AppBackup).Id | Should -Be $newer.Id
        $null = Register-BackupApp shop.example.com -Version 1 -DataDirectory "$root/shop"
        { Get-BackupApp shop.example.com | Test-AppBackup -ErrorAction Stop } | Should -Throw -ErrorId 'AppHasNoBackup,*'
    }

    It 'warn about an app whose only backup is Partial, where the newest good one is wanted' {
        $null = Register-BackupApp shop.example.com -Version 1 -DataDirectory "$root/shop"
        Add-Content "$root/shop/page.txt" ''
        $null = New-AppBackup shop.example.com
        # A failed run stands for any backup that is not Ready: as root, every file can be read.
        Set-BackupApp shop.example.com -PreBackupCommand false
        Get-AppBackup shop.example.com | Remove-AppBackup -Confirm:$false
        New-AppBackup shop.example.com -ErrorAction Ignore
        Get-AppBackup -Newest -WarningVariable warnings -WarningAction SilentlyContinue | ForEach-Object Location | Should -Be wiki.example.com
        $warnings | Should -HaveCount 1
        $warnings[0].Message | Should -BeLike 'shop.example.com has no Ready backup.*Failed*'
    }

    It 'warn about a pattern that matches nothing, where something was to be done' {
        New-AppBackup wikii* -WarningVariable warnings -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        Invoke-BackupCleanup loc.* -WarningVariable +warnings -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        Sync-BackupCatalog loc.* -WarningVariable +warnings -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        Unregister-BackupApp wiki.example.com -Confirm:$false
        New-AppBackup * -WarningVariable +warnings -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        $warnings.Message | Should -Be "No app matches 'wikii*'.", "No site matches 'loc.*'.", "No site matches 'loc.*'.", 'There is no app yet.'
    }

    It 'say how to find the id when an app is named instead of a backup' {
        { Restore-AppBackup wiki.example.com -Force -ErrorAction Stop } | Should -Throw -ErrorId 'BackupIdExpected,*' -ExpectedMessage '*Get-AppBackup wiki.example.com -Newest*'
        { Get-BackupApp | Restore-AppBackup -Force -ErrorAction Stop } | Should -Throw -ErrorId 'BackupIdExpected,*'
        { Test-AppBackup wiki.example.com -ErrorAction Stop } | Should -Throw -ErrorId 'BackupIdExpected,*'
        { Remove-AppBackup wiki.example.com -Force -ErrorAction Stop } | Should -Throw -ErrorId 'BackupIdExpected,*'
        { Copy-BackupApp wiki.example.com -Location staging -DataDirectory "$root/staging" -ErrorAction Stop } | Should -Throw -ErrorId 'BackupIdExpected,*'
    }

    It 'keep the results of all apps that went well, also with -ErrorAction Stop' {
        foreach ($name in 'a', 'z') {
            $null = New-Item -ItemType Directory "$root/$name"
            $null = Register-BackupApp "$name.example.com" -Version 1 -DataDirectory "$root/$name"
        }
        Remove-Item "$root/a"
        try { Get-BackupApp | New-AppBackup -ErrorAction Stop -OutVariable made | Out-Null } catch { $failure = $_ }
        $failure.FullyQualifiedErrorId | Should -BeLike 'DataDirectoryUnusable,*'
        $made.Location | Sort-Object | Should -Be wiki.example.com, z.example.com
        try { New-PlatformBackup -ErrorAction Stop -OutVariable platform | Out-Null } catch { $failure = $_ }
        $platform.Apps | Should -HaveCount 3
    }

    It 'write each backup when it is made, not at the end' {
        $null = Register-BackupApp zzz.example.com -Version 1 -DataDirectory "$root/shop" -PreBackupCommand sh, -c, "until test -e '$root/first'; do sleep 0.05; done"
        $made = Get-BackupApp | Sort-Object -Property Location | New-AppBackup | ForEach-Object { $null = New-Item "$root/first" -Force; $_ }
        $made.State | Should -Be Ready, Ready
    }
}

Describe 'Durations' {
    BeforeAll {
        . $PSScriptRoot/Support.ps1
        $root = New-TestApp
    }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }

    It 'are written as <Text>' -ForEach @(
        @{ Text = '6 hours'; Seconds = 21600 }
        @{ Text = '90 min'; Seconds = 5400 }
        @{ Text = '90minutes'; Seconds = 5400 }
        @{ Text = '1 day, 12 hours'; Seconds = 129600 }
        @{ Text = '1h30m'; Seconds = 5400 }
        @{ Text = '1.5 h'; Seconds = 5400 }
        @{ Text = '2 Weeks'; Seconds = 1209600 }
        @{ Text = '30 s'; Seconds = 30 }
        @{ Text = '06:00'; Seconds = 21600 }
        @{ Text = '1.06:00:00'; Seconds = 108000 }
        @{ Text = 'PT6H'; Seconds = 21600 }
        @{ Text = 'P1DT12H'; Seconds = 129600 }
    ) {
        (Set-BackupSite local -Timeout $Text -PassThru).Limits.Timeout.TotalSeconds | Should -Be $Seconds
    }

    It 'are written without quotes, also where PowerShell knows their unit as the suffix of a number' {
        (Set-BackupSite local -Timeout 30s -PassThru).Limits.Timeout.TotalSeconds | Should -Be 30
        (Set-BackupSite local -Timeout 5d -PassThru).Limits.Timeout.TotalDays | Should -Be 5
        (Set-BackupSite local -Timeout 90m -PassThru).Limits.Timeout.TotalMinutes | Should -Be 90
        (Set-BackupSite local -Timeout:2h -PassThru).Limits.Timeout.TotalHours | Should -Be 2
    }

    It 'are TimeSpans too' {
        (Set-BackupSite local -Timeout (New-TimeSpan -Hours 6) -PassThru).Limits.Timeout.TotalHours | Should -Be 6
    }

    It 'are not <Text>, and the error shows how to write one' -ForEach @(
        @{ Text = 60 }, @{ Text = '60' }, @{ Text = 1.5 }, @{ Text = 'soon' }, @{ Text = '6 parsecs' }, @{ Text = '' }, @{ Text = '6 hours 7' }
        @{ Text = 'PT' }, @{ Text = '99999999999 weeks' }, @{ Text = '-6 hours' }
    ) {
        { Set-BackupSite local -Timeout $Text -ErrorAction Stop } |
            Should -Throw -ErrorId 'ParameterArgumentTransformationError,*' -ExpectedMessage "*such as '6 hours'*"
    }

    It 'have a lower bound' {
        { Set-BackupSite local -Timeout 00:00:00.5 -ErrorAction Stop } | Should -Throw -ErrorId 'ValueOutOfRange,*'
        { Set-BackupSite local -Timeout '0 s' -ErrorAction Stop } | Should -Throw -ErrorId 'ValueOutOfRange,*'
    }
}

Describe 'Tables' {
    BeforeAll {
        . $PSScriptRoot/Support.ps1
        $root = New-TestApp
        $null = Register-BackupApp shop.example.com -Version 1 -DataDirectory "$root/shop"
        $null = Get-BackupApp | New-AppBackup -Label nightly
        $platform = New-PlatformBackup -Label nightly
        $ids = @((Get-AppBackup).Id; $platform.Id)
    }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }

    It 'of <Command> fit into <Width> columns with whole headers and ids' -ForEach @(
        foreach ($width in 80, 100, 120) {
            @{ Width = $width; Command = 'Get-BackupSite'; Headers = 'Name', 'Provider', 'Place', 'Retention' }
            @{ Width = $width; Command = 'Get-BackupApp'; Headers = 'Location', 'Version', 'State', 'LastBackup', 'Data' }
            @{ Width = $width; Command = 'Get-AppBackup'; Headers = 'Created', 'State', 'Stored', 'Took', 'Label', 'Id' }
            @{ Width = $width; Command = 'Get-PlatformBackup'; Headers = 'Created', 'State', 'Apps', 'Stored', 'Took', 'Label', 'Id' }
            @{ Width = $width; Command = 'Get-AppBackup | Test-AppBackup'; Headers = 'Valid', 'Problems', 'Files', 'Bytes', 'Took', 'Id' }
            @{ Width = $width; Command = 'Get-AppBackup -Newest | Get-AppBackupItem'; Headers = 'Mode', 'Owner', 'Modified', 'Size', 'Path' }
            @{ Width = $width; Command = 'Invoke-BackupCleanup -IncludeKept'; Headers = 'Created', 'Outcome', 'Reason', 'Id' }
            @{ Width = $width; Command = 'Test-BackupSite'; Headers = 'Name', 'Usable', 'Place', 'Steps' }
            @{ Width = $width; Command = 'Sync-BackupCatalog'; Headers = 'Created', 'State', 'Stored', 'Took', 'Label', 'Id' }
        }
    ) {
        $lines = (& ([scriptblock]::Create($Command)) | Out-String -Width $Width) -split "`r?`n" | Where-Object { $_.Trim() }
        $lines | Should -Not -BeNullOrEmpty
        foreach ($line in $lines) { ($line -replace '\e\[[\d;]*m').Length | Should -BeLessOrEqual $Width }
        $header = ($lines[0] -replace '\e\[[\d;]*m').Trim() -split ' +'
        foreach ($word in $Headers) { $header | Should -Contain $word }
        foreach ($id in ($ids | Where-Object { $lines -match $_.Substring(0, $_.Length - 8) })) { ($lines -join "`n") | Should -Match $id }
        $lines -match '…' | Should -BeNullOrEmpty
    }

    It 'of backups of apps and of the platform are one table, whichever comes first' {
        foreach ($first in 'Get-AppBackup; Get-PlatformBackup', 'Get-PlatformBackup; Get-AppBackup', 'Sync-BackupCatalog') {
            $lines = (& ([scriptblock]::Create($first)) | Out-String -Width 100) -split "`r?`n" -replace '\e\[[\d;]*m' | Where-Object { $_.Trim() }
            $lines | Should -HaveCount (2 + $ids.Count)
            foreach ($id in $ids) { $lines -like "*$id" | Should -HaveCount 1 }
        }
    }

    It 'of <Command> lose no column at <Width> when names are long' -ForEach @(
        foreach ($width in 80, 100, 120) {
            @{ Width = $width; Command = 'Get-BackupSite'; Headers = 'Name', 'Provider', 'Place', 'Retention' }
            @{ Width = $width; Command = 'Get-BackupApp'; Headers = 'Location', 'Version', 'State', 'LastBackup', 'Data' }
            @{ Width = $width; Command = 'Get-AppBackup'; Headers = 'Created', 'State', 'Stored', 'Took', 'Label', 'Id' }
            @{ Width = $width; Command = 'Get-AppBackup | Where-Object State -EQ Ready | Test-AppBackup'; Headers = 'Valid', 'Problems', 'Files', 'Bytes', 'Took', 'Id' }
            @{ Width = $width; Command = 'Invoke-BackupCleanup -IncludeKept -WhatIf'; Headers = 'Created', 'Outcome', 'Reason', 'Id' }
        }
    ) {
        if (-not (Get-BackupApp a-very-long-name*)) {
            $null = New-Item -ItemType Directory "$root/long", "$root/failing"
            $name = 'a-very-long-name.of-an-app.with-many.parts.example.com'
            $null = Register-BackupApp $name -Version 12.34.56-beta.7 -DataDirectory "$root/long"
            $null = Register-BackupApp failing.example.com -Version 1 -DataDirectory "$root/failing" -PreBackupCommand false
            $null = Get-BackupApp | New-AppBackup -Label 'before the upgrade to the next version' -ErrorAction SilentlyContinue
            (Get-AppBackup failing.example.com).State | Should -Be Failed
            $null = New-BackupSite a-long-name-of-a-site filesystem -Path "$root/other" -Prefix a/long/prefix -ExternalDisk -Retention '7 daily, 4 weekly'
        }
        $lines = (& ([scriptblock]::Create($Command)) 6>$null | Out-String -Width $Width) -split "`r?`n" -replace '\e\[[\d;]*m' | Where-Object { $_.Trim() }
        $header = $lines[0].Trim() -split ' +'
        foreach ($word in $Headers) { $header | Should -Contain $word }
        foreach ($line in $lines) { $line.Length | Should -BeLessOrEqual $Width }
        # The last column is wrapped: its pieces below each other are the whole value.
        $from = $lines[0].IndexOf(($Headers[-1]))
        $last = ($lines | Select-Object -Skip 2 | ForEach-Object { if ($_.Length -gt $from) { $_.Substring($from).Trim() } }) -join ''
        if ($Headers[-1] -eq 'Id') {
            foreach ($id in (Get-AppBackup | Where-Object { $_.State -eq 'Ready' -or $Command -notlike '*Ready*' }).Id) { $last | Should -BeLike "*$id*" }
        }
    }

    It 'of the platform show all of its home' {
        foreach ($width in 80, 120) { (Get-Platform | Out-String -Width $width) -replace '\s' | Should -BeLike "*$((Get-Platform).PlatformHome)*" }
    }

    It 'of Test-BackupSite come with the warnings' {
        Set-BackupSite local -ExternalDisk:$false -WarningAction SilentlyContinue
        $null = Test-BackupSite -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -HaveCount 1
        Test-BackupSite -Quiet -WarningVariable quiet -WarningAction SilentlyContinue | Should -BeTrue
        $quiet | Should -BeNullOrEmpty
    }
}

Describe 'Objects that travel' {
    BeforeAll {
        . $PSScriptRoot/Support.ps1
        $root = New-TestApp
        $backup = New-AppBackup wiki.example.com -Label nightly
        $manifest = Find-Manifest
    }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }

    It 'are live again after Clixml' {
        $copy = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($backup))
        $copy | Should -BeOfType CloudBackup.AppBackup
        $copy.State -eq 'Ready' | Should -BeTrue
        $copy.Created | Should -Be $backup.Created
        $copy.Duration | Should -Be $backup.Duration
        foreach ($thing in (Get-BackupSite), (Get-BackupApp), (New-PlatformBackup), (Test-BackupSite), (Test-AppBackup $backup.Id), (Get-AppBackupItem $backup.Id data/page.txt)) {
            $thing | Export-Clixml "$root/thing.xml"
            $copy = Import-Clixml "$root/thing.xml"
            $copy | Should -BeOfType $thing.GetType()
            ($copy | ConvertTo-Json -Depth 5) | Should -Be ($thing | ConvertTo-Json -Depth 5)
        }
    }

    It 'are live again after Clixml, whatever cmdlet wrote them' {
        $null = New-PlatformBackup
        $null = New-Item -ItemType Directory "$root/extra"
        Set-Platform -ExtraDirectory "$root/extra"
        Set-BackupApp wiki.example.com -Addon @()
        $written = @{
            'CloudBackup.AppBackup' = Get-AppBackup -Newest
            'CloudBackup.BackupAddon' = New-BackupAddon Sqlite data/app.db
            'CloudBackup.BackupApp' = Get-BackupApp wiki.example.com
            'CloudBackup.BackupItem' = Get-AppBackupItem $backup.Id data/page.txt
            'CloudBackup.BackupPlatform' = Get-Platform
            'CloudBackup.BackupSite' = Get-BackupSite local
            'CloudBackup.BackupTestResult' = Test-AppBackup $backup.Id
            'CloudBackup.PlatformBackup' = Get-PlatformBackup -Newest
            'CloudBackup.PlatformRestoreResult' = Restore-Platform -WhatIf -ReplacePlatform -SetContentAside
            'CloudBackup.RetentionDecision' = @(Invoke-BackupCleanup -IncludeKept -WhatIf)[0]
            'CloudBackup.SiteTestResult' = Test-BackupSite
        }
        Set-Platform -ExtraDirectory @()
        $types = (Get-Command -Module CloudBackup).OutputType.Name -like 'CloudBackup.*' | Sort-Object -Unique
        $types | Should -Be ($written.Keys | Sort-Object)
        foreach ($type in $types) {
            $written[$type] | Export-Clixml "$root/thing.xml"
            $copy = Import-Clixml "$root/thing.xml"
            $copy.GetType().FullName | Should -Be $type
            ($copy | ConvertTo-Json -Depth 5) | Should -Be ($written[$type] | ConvertTo-Json -Depth 5)
        }
    }

    It 'are live again when they come from a job' {
        $job = Start-ThreadJob { Import-Module $using:manifest; Get-AppBackup -Newest } | Receive-Job -Wait -AutoRemoveJob
        $job.State -eq 'Ready' | Should -BeTrue
        # The dotnet tool has no program of its own that Start-Job could start.
        $xml = Invoke-Pwsh -NoProfile -NonInteractive -OutputFormat XML -Command "Import-Module '$manifest'; Get-AppBackup -Id $($backup.Id)"
        $xml.Created.DateTime.Year | Should -Be $backup.Created.Year
        $xml.State -eq 'Ready' | Should -BeTrue
        ($xml | Test-AppBackup).IsValid | Should -BeTrue
    }

    It 'bind again' {
        Get-AppBackupItem $backup.Id data/page.txt | Export-Clixml "$root/item.xml"
        (Import-Clixml "$root/item.xml" | Restore-AppBackupItem -Destination "$root/items").Name | Should -Be page.txt
        New-BackupAddon Sqlite data/app.db | Export-Clixml "$root/addon.xml"
        $null = New-Item "$root/data/app.db"
        (Set-BackupApp wiki.example.com -Addon (Import-Clixml "$root/addon.xml") -PassThru).Addons.Path | Should -Be data/app.db
        Set-BackupApp wiki.example.com -Addon @()
        $backup | Export-Clixml "$root/backup.xml"
        (Import-Clixml "$root/backup.xml" | Test-AppBackup).IsValid | Should -BeTrue
    }

    It 'have words and times in a session without the module' {
        $backup | Export-Clixml "$root/backup.xml"
        $seen = Invoke-Pwsh -NoProfile -NonInteractive -Command "`$b = Import-Clixml '$root/backup.xml'; `$b.State -eq 'Ready'; ([datetimeoffset] `$b.Created.DateTime).Year; `$b.Id"
        $seen | Should -Be 'True', $backup.Created.Year, $backup.Id
    }
}

Describe 'The module' {
    BeforeAll {
        . $PSScriptRoot/Support.ps1
        $manifest = Find-Manifest
    }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }

    It 'says in one error that another copy of it is loaded already' {
        Copy-Item (Split-Path $manifest) "$TestDrive/copy" -Recurse
        $seen = Invoke-Pwsh -NoProfile -NonInteractive -Command "Import-Module '$manifest'; Import-Module '$TestDrive/copy/CloudBackup.psd1' -ErrorVariable failures -ErrorAction SilentlyContinue; @(`$failures).Count; [string] `$failures"
        $seen[0] | Should -Be 1
        $seen[1] | Should -BeLike '*already loaded*start a new PowerShell*'
    }

    It 'says in one error that it needs the full language' {
        $seen = Invoke-Pwsh -NoProfile -NonInteractive -Command "`$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'; Import-Module '$manifest' -ErrorVariable failures -ErrorAction SilentlyContinue; @(`$failures).Count; [string] `$failures[0]"
        $seen[0] | Should -Be 1
        $seen[1] | Should -BeLike '*FullLanguage*ConstrainedLanguage*'
    }
}
